//! Writes a few valid inputs of every target to `corpus/`, made from scratch.

use std::fs;

fn chunk(id: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut bytes = id.to_vec();
    bytes.extend((body.len() as u32).to_le_bytes());
    bytes.extend(body);
    bytes.resize(bytes.len() + body.len() % 2, 0);
    bytes
}

fn wav(extra: &[u8]) -> Vec<u8> {
    // PCM, mono, 8000 Hz, 16 bits.
    let fmt = b"\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00";
    let mut body = b"WAVE".to_vec();
    body.extend(chunk(b"fmt ", fmt));
    body.extend(chunk(b"data", &[1, 0, 2, 0, 3, 0]));
    body.extend(extra);
    chunk(b"RIFF", &body)
}

/// zlib with one stored block (RFC 1950, RFC 1951).
fn zlib(bytes: &[u8]) -> Vec<u8> {
    let (a, b) = bytes.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65521;
        (a, (b + a) % 65521)
    });
    let len = bytes.len() as u16;
    let mut out = vec![0x78, 0x01, 0x01];
    out.extend(len.to_le_bytes());
    out.extend((!len).to_le_bytes());
    out.extend(bytes);
    out.extend((b << 16 | a).to_be_bytes());
    out
}

fn main() {
    let json = br#"{"serialNumber":"A","startTimeUTC":"2022-09-18T05:20:54.178Z","geolocation":{"latitude":41.6,"longitude":-87.6,"elevation":195.5},"lambda":2e-5,"weather":{"medium":"air","temperature":25.0,"relativeHumidity":null,"speed":6.7,"direction":210.0},"transducers":[{"channel":0,"fullScale":93.09}]}"#;
    let mut bext = vec![0; 602];
    bext[320..338].copy_from_slice(b"2018-12-1900:49:26");
    bext[338] = 7;
    let moth = b"Recorded at 13:12:00.500 05/10/2021 (UTC+5:30) by AudioMoth 24E1440360369B6C at medium gain";
    let opso = br#"opso_metadata{"recording_start_time": "2021-09-24T06:52:00+00:00"}"#;
    let info = |text: &[u8]| [b"INFO".to_vec(), chunk(b"ICMT", text)].concat();
    let toml = b"start = 2018-12-19T00:49:26Z\n[frame]\norigin = { latitude = 40.4, longitude = -79.9, height = 300.0 }\n[atmosphere]\ntemperature_c = 10.0\nwind_sigma_m_s = 1.0\n[[sensor]]\nid = \"S1\"\nposition = { east = 0.0, north = 0.0, up = 8.0 }\nchannel = 0\n";
    let csv =
        b"id,latitude,longitude,height,channel,start\nA,40.4,-79.9,300,1,2018-12-19T00:49:26Z\n";
    let scene = b"seed = 3\nduration_s = 2.0\n[city]\ngeojson = '''{\"type\":\"FeatureCollection\",\"crs_metres\":true,\"features\":[{\"type\":\"Feature\",\"properties\":{\"height\":\"9 m\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[10,10],[20,10],[20,20],[10,10]]]}}]}'''\nterrain = { relief_m = 9.0 }\n[layout]\ncount = 4\nside_m = 300.0\n[[burst]]\ntime_s = 0.5\nrounds = 3\nmode = \"auto\"\nfirearm = \"5.56\"\neast = 0.0\nnorth = 0.0\nazimuth_deg = 30.0\n[[sound]]\nkind = \"thunder\"\ntime_s = 0.1\neast = 900.0\nnorth = 0.0\n";
    let presets = shotfix_simulator::Scene::presets().iter();
    let presets = presets.map(|preset| preset.toml.as_bytes().to_vec());
    let terms = b"schema = \"shotfix.path-terms/1\"\n[[sensor]]\nid = \"A\"\neast = 0.0\nnorth = 0.0\nup = 8.0\n[[sensor]]\nid = \"B\"\neast = 90.0\nnorth = 0.0\nup = 8.0\n[[calibration]]\nname = \"corner\"\ntime = \"2026-07-04T21:30:00Z\"\neast = 10.0\nnorth = 20.0\nup = 1.5\nplace_sigma_m = 0.5\nshots = 3\nspeed_of_sound_m_s = 343.0\nspeed_of_sound_sigma_m_s = 0.6\nwind_m_s = [1.0, 0.0]\nwind_sigma_m_s = [1.0, 1.0]\npaths = [\n  { sensor = \"A\", delay_ms = 4.0, sigma_ms = 0.5, shots = 3 },\n  { sensor = \"B\", delay_ms = 9.0, sigma_ms = 0.5, shots = 2 },\n]\n";
    let survey = br#"{"firing_position":"FP1","firearm":"pistol","num_rounds":3,"survey_location":{"x":1.0,"y":2.0,"z":3.0}}"#;
    let truth = br#"{"schema":"shotfix.truth/1","shots":[{"time":"2026-07-04T21:30:00Z","position":{"east":1.0,"north":2.0,"up":1.5},"firearm":"9mm"}]}"#;
    let sidecar = br#"{"serial_number":"A","timestamp":"2018-12-19T00:49:26.000Z","location":{"x":1.0,"y":2.0,"z":3.0}}"#;
    let casings =
        b"time,east,north,sigma_m,up\n# found by A.\n2026-07-04T21:30:00Z,10,-20.5,0.3,1\n";
    let microphones = b"file,x,y,z\na.wav,1,2,3\nb.wav,4,5,\n";
    let one_shot = br#"{"id":"a","dim":2,"c":343.0,"c_sigma":1.0,"wind_sigma":1.0,"sigma":0.001,"sensors":[[0,0],[90,0],[0,90],[90,90]],"toa":[1.1,1.2,1.2,1.3],"truth":[45,45]}"#;
    let height = br#"{"id":7,"dim":3,"sigma":0.001,"weather":{"speed_of_sound":340.0,"wind":[3.0,-1.0]},"sensors":[[0,0,1],[90,0,2],[0,90,3],[90,90,9],[40,50,20]],"toa":[1,1,1,1,1]}"#;
    let many_shots = br#"{"id":"b","c":343.0,"sensors":[[0,0],[90,0],[0,90],[90,90]],"picks":[{"s":0,"t":1.1,"snr":9},{"s":1,"t":1.2},{"s":2,"t":1.2,"snr":20},{"s":3,"t":1.3},{"s":0,"t":1.6},{"s":1,"t":1.7},{"s":2,"t":1.7},{"s":3,"t":1.8}],"events":[{"t0":1.0,"x":45,"y":45}]}"#;
    // Two features, one tree of one question, a net of one layer; the layout is that of `core::classify::model`.
    let small =
        |values: &[u16]| -> Vec<u8> { values.iter().flat_map(|v| v.to_le_bytes()).collect() };
    let floats =
        |values: &[f32]| -> Vec<u8> { values.iter().flat_map(|v| v.to_le_bytes()).collect() };
    let model = [
        b"shotfixM".to_vec(),
        small(&[4, 4, 2, 3, 1, 2]),
        floats(&[0.5, 1.0, 0.0, 0.1, 0.0, 0.0, 0.5, -0.5]),
        small(&[1, 1]),
        floats(&[0.25, 1.0, 0.0, -1.0, -1.0, 0.0, 1.0]),
        // 40 weights and 8 biases, then 24 weights and 3 biases, all of 1.
        small(&[1, 1, 36, 5, 8, 1, 4]),
        small(&[0x3f80; 48 + 27]),
        floats(&[0.0, 1.0, 1.0, 2.0, 1.0, 0.0, 1.0, 0.5, 1.5]),
    ]
    .concat();
    // STREAMINFO alone: blocks of 16 to 16 samples, 48 kHz, mono, 16 bits, length unknown.
    let flac = [
        b"fLaC\x80\x00\x00\x22\x00\x10\x00\x10".to_vec(),
        vec![0; 6],
        b"\x0b\xb8\x00\xf0".to_vec(),
        vec![0; 20],
    ]
    .concat();
    // One frame of left and side: 32 samples of two channels of 16 bits, all 0.
    let stereo = [
        b"fLaC\x80\x00\x00\x22\x00\x20\x00\x20".to_vec(),
        vec![0; 6],
        b"\x0b\xb8\x02\xf0\x00\x00\x00\x20".to_vec(),
        vec![0; 16],
        b"\xff\xf8\x6a\x88\x00\x1f\x71\x00\x00\x00\x00\x00\x00\x00\xe5\x3d".to_vec(),
    ]
    .concat();
    let seeds: [(&str, Vec<Vec<u8>>); 10] = [
        (
            "riff",
            vec![
                wav(&[]),
                wav(&chunk(b"smj0", &zlib(json))),
                wav(&chunk(b"bext", &bext)),
                wav(&chunk(b"LIST", &info(moth))),
            ],
        ),
        ("smj", vec![zlib(json), json.to_vec()]),
        (
            "bext_icmt",
            vec![
                bext.clone(),
                info(moth),
                moth.to_vec(),
                opso.to_vec(),
                b"S1_20181219T004926.000Z".to_vec(),
            ],
        ),
        (
            "array_toml",
            vec![
                toml.to_vec(),
                csv.to_vec(),
                b"T=10~2,wind=3@270,humidity=60".to_vec(),
            ],
        ),
        ("path_terms", vec![terms.to_vec()]),
        (
            "beside",
            vec![
                survey.to_vec(),
                truth.to_vec(),
                sidecar.to_vec(),
                casings.to_vec(),
                microphones.to_vec(),
            ],
        ),
        (
            "case_lines",
            vec![one_shot.to_vec(), height.to_vec(), many_shots.to_vec()],
        ),
        ("compressed", vec![flac, stereo]),
        ("model", vec![model]),
        ("scene_toml", presets.chain([scene.to_vec()]).collect()),
    ];
    for (target, inputs) in seeds {
        let folder = format!("corpus/{target}");
        fs::create_dir_all(&folder).expect("the corpus folder can be made");
        for (n, input) in inputs.iter().enumerate() {
            fs::write(format!("{folder}/seed{n}"), input).expect("a seed can be written");
        }
    }
}
