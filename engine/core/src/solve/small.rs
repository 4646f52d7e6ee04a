//! Linear algebra of a handful of unknowns, on the stack.

/// Lower Cholesky factor `L` of a symmetric matrix.
#[derive(Clone, Copy, Debug)]
pub(super) struct Factor<const P: usize> {
    lower: [[f64; P]; P],
    /// One over its diagonal: a division takes as long as several products.
    per_diagonal: [f64; P],
}

/// Factor of a symmetric matrix, of which the lower half is read, or `None` if it is not positive definite.
#[inline]
pub(super) fn cholesky<const P: usize>(a: &[[f64; P]; P]) -> Option<Factor<P>> {
    let mut l = [[0.0; P]; P];
    let mut per = [0.0; P];
    for i in 0..P {
        let mut square = a[i][i];
        for j in 0..i {
            let mut sum = a[i][j];
            for k in 0..j {
                sum -= l[i][k] * l[j][k];
            }
            l[i][j] = sum * per[j];
            square -= l[i][j] * l[i][j];
        }
        // Relative to the entry, so that rounding does not pass for information.
        if square <= 1e-13 * a[i][i] || square.is_nan() {
            return None;
        }
        l[i][i] = square.sqrt();
        per[i] = 1.0 / l[i][i];
    }
    Some(Factor {
        lower: l,
        per_diagonal: per,
    })
}

/// Solves `L L' x = b`.
#[inline]
pub(super) fn solve<const P: usize>(factor: &Factor<P>, b: &[f64; P]) -> [f64; P] {
    let (l, per) = (&factor.lower, &factor.per_diagonal);
    let mut x = *b;
    for i in 0..P {
        for k in 0..i {
            x[i] -= l[i][k] * x[k];
        }
        x[i] *= per[i];
    }
    for i in (0..P).rev() {
        x[i] *= per[i];
        for k in 0..i {
            x[k] -= l[i][k] * x[i];
        }
    }
    x
}

/// `(L L')^-1`, by the inverse of `L`.
pub(super) fn inverse<const P: usize>(factor: &Factor<P>) -> [[f64; P]; P] {
    let (l, per) = (&factor.lower, &factor.per_diagonal);
    let mut m = [[0.0; P]; P];
    for j in 0..P {
        m[j][j] = per[j];
        for i in j + 1..P {
            let mut sum = 0.0;
            for k in j..i {
                sum -= l[i][k] * m[k][j];
            }
            m[i][j] = sum * per[i];
        }
    }
    let mut out = [[0.0; P]; P];
    for i in 0..P {
        for j in 0..i + 1 {
            let mut sum = 0.0;
            for k in i..P {
                sum += m[k][i] * m[k][j];
            }
            (out[i][j], out[j][i]) = (sum, sum);
        }
    }
    out
}

/// Log of the determinant of `L L'`.
pub(super) fn log_determinant<const P: usize>(factor: &Factor<P>) -> f64 {
    2.0 * (0..P).map(|i| factor.lower[i][i].ln()).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factor_solution_and_inverse_of_a_known_matrix() {
        // A = L L' with L = [[2, 0], [1, 3]]: A = [[4, 2], [2, 10]], det 36.
        let a = [[4.0, 2.0], [2.0, 10.0]];
        let l = cholesky(&a).unwrap();
        assert_eq!(l.lower, [[2.0, 0.0], [1.0, 3.0]]);
        assert!((log_determinant(&l) - 36.0_f64.ln()).abs() < 1e-12);
        // A (1, 2)' = (8, 22)'.
        let x = solve(&l, &[8.0, 22.0]);
        assert!((x[0] - 1.0).abs() < 1e-12 && (x[1] - 2.0).abs() < 1e-12);
        let i = inverse(&l);
        assert!((i[0][0] - 10.0 / 36.0).abs() < 1e-12 && (i[0][1] + 2.0 / 36.0).abs() < 1e-12);
        assert!(cholesky(&[[1.0, 1.0], [1.0, 1.0]]).is_none());
    }
}
