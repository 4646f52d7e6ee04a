//! Linear algebra of a handful of unknowns, on the stack.

/// Lower Cholesky factor of a symmetric matrix, or `None` if it is not positive definite.
pub(super) fn cholesky<const P: usize>(a: &[[f64; P]; P]) -> Option<[[f64; P]; P]> {
    let mut l = [[0.0; P]; P];
    for i in 0..P {
        for j in 0..=i {
            let mut sum = a[i][j];
            for k in 0..j {
                sum -= l[i][k] * l[j][k];
            }
            if i == j {
                // Relative to the entry, so that rounding does not pass for information.
                if sum <= 1e-13 * a[i][i] || sum.is_nan() {
                    return None;
                }
                l[i][i] = sum.sqrt();
            } else {
                l[i][j] = sum / l[j][j];
            }
        }
    }
    Some(l)
}

/// Solves `L L' x = b`.
pub(super) fn solve<const P: usize>(l: &[[f64; P]; P], b: &[f64; P]) -> [f64; P] {
    let mut x = *b;
    for i in 0..P {
        for k in 0..i {
            x[i] -= l[i][k] * x[k];
        }
        x[i] /= l[i][i];
    }
    for i in (0..P).rev() {
        for k in i + 1..P {
            x[i] -= l[k][i] * x[k];
        }
        x[i] /= l[i][i];
    }
    x
}

/// `(L L')^-1`.
pub(super) fn inverse<const P: usize>(l: &[[f64; P]; P]) -> [[f64; P]; P] {
    let mut out = [[0.0; P]; P];
    for i in 0..P {
        let mut unit = [0.0; P];
        unit[i] = 1.0;
        out[i] = solve(l, &unit);
    }
    for i in 0..P {
        for j in 0..i {
            let mean = 0.5 * (out[i][j] + out[j][i]);
            (out[i][j], out[j][i]) = (mean, mean);
        }
    }
    out
}

/// Log of the determinant of `L L'`.
pub(super) fn log_determinant<const P: usize>(l: &[[f64; P]; P]) -> f64 {
    2.0 * (0..P).map(|i| l[i][i].ln()).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factor_solution_and_inverse_of_a_known_matrix() {
        // A = L L' with L = [[2, 0], [1, 3]]: A = [[4, 2], [2, 10]], det 36.
        let a = [[4.0, 2.0], [2.0, 10.0]];
        let l = cholesky(&a).unwrap();
        assert_eq!(l, [[2.0, 0.0], [1.0, 3.0]]);
        assert!((log_determinant(&l) - 36.0_f64.ln()).abs() < 1e-12);
        // A (1, 2)' = (8, 22)'.
        let x = solve(&l, &[8.0, 22.0]);
        assert!((x[0] - 1.0).abs() < 1e-12 && (x[1] - 2.0).abs() < 1e-12);
        let i = inverse(&l);
        assert!((i[0][0] - 10.0 / 36.0).abs() < 1e-12 && (i[0][1] + 2.0 / 36.0).abs() < 1e-12);
        assert!(cholesky(&[[1.0, 1.0], [1.0, 1.0]]).is_none());
    }
}
