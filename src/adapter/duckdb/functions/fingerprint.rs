//! `FARM_FINGERPRINT`: FarmHash's Fingerprint64
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/hash_functions#farm_fingerprint>).

use super::kernel::{Bytes, Int, functions};

functions! {
    "googlesql_farm_fingerprint" FarmFingerprint(bytes: Bytes) -> Int {
        Ok(Some(fingerprint(bytes).cast_signed()))
    }
}

const K0: u64 = 0xc3a5_c85c_97cb_3127;
const K1: u64 = 0xb492_b66f_be98_f273;
const K2: u64 = 0x9ae1_6a3b_2f90_404f;

fn fetch(bytes: &[u8], at: usize) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(word)
}

fn fetch_half(bytes: &[u8], at: usize) -> u64 {
    let mut word = [0; 4];
    word.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(word).into()
}

fn mixed(value: u64) -> u64 {
    value ^ (value >> 47)
}

fn both(one: u64, other: u64, factor: u64) -> u64 {
    let first = mixed((one ^ other).wrapping_mul(factor));
    mixed((other ^ first).wrapping_mul(factor)).wrapping_mul(factor)
}

fn sum(parts: &[u64]) -> u64 {
    parts.iter().fold(0, |sum, part| sum.wrapping_add(*part))
}

/// 32 bytes into two words.
fn weak(bytes: &[u8], at: usize, a: u64, b: u64) -> (u64, u64) {
    let [w, x, y, z] = [0, 8, 16, 24].map(|offset| fetch(bytes, at + offset));
    let a = a.wrapping_add(w);
    let b = sum(&[b, a, z]).rotate_right(21);
    let after = sum(&[a, x, y]);
    (after.wrapping_add(z), sum(&[b, after.rotate_right(44), a]))
}

fn fingerprint(bytes: &[u8]) -> u64 {
    let length = bytes.len();
    let factor = K2.wrapping_add(length as u64 * 2);
    match length {
        0 => K2,
        1..=3 => {
            let [a, b, c] = [0, length >> 1, length - 1].map(|at| u64::from(bytes[at]));
            let (y, z) = (a + (b << 8), length as u64 + (c << 2));
            mixed(y.wrapping_mul(K2) ^ z.wrapping_mul(K0)).wrapping_mul(K2)
        }
        4..=7 => {
            let first = length as u64 + (fetch_half(bytes, 0) << 3);
            both(first, fetch_half(bytes, length - 4), factor)
        }
        8..=16 => {
            let (a, b) = (fetch(bytes, 0).wrapping_add(K2), fetch(bytes, length - 8));
            let c = b.rotate_right(37).wrapping_mul(factor).wrapping_add(a);
            let d = a.rotate_right(25).wrapping_add(b).wrapping_mul(factor);
            both(c, d, factor)
        }
        17..=32 => {
            let (a, b) = (fetch(bytes, 0).wrapping_mul(K1), fetch(bytes, 8));
            let c = fetch(bytes, length - 8).wrapping_mul(factor);
            let d = fetch(bytes, length - 16).wrapping_mul(K2);
            both(
                sum(&[a.wrapping_add(b).rotate_right(43), c.rotate_right(30), d]),
                sum(&[a, b.wrapping_add(K2).rotate_right(18), c]),
                factor,
            )
        }
        33..=64 => {
            let (a, b) = (fetch(bytes, 0).wrapping_mul(K2), fetch(bytes, 8));
            let c = fetch(bytes, length - 8).wrapping_mul(factor);
            let d = fetch(bytes, length - 16).wrapping_mul(K2);
            let y = sum(&[a.wrapping_add(b).rotate_right(43), c.rotate_right(30), d]);
            let z = both(y, sum(&[a, b.wrapping_add(K2).rotate_right(18), c]), factor);
            let (e, f) = (fetch(bytes, 16).wrapping_mul(factor), fetch(bytes, 24));
            let g = y.wrapping_add(fetch(bytes, length - 32)).wrapping_mul(factor);
            let h = z.wrapping_add(fetch(bytes, length - 24)).wrapping_mul(factor);
            both(
                sum(&[e.wrapping_add(f).rotate_right(43), g.rotate_right(30), h]),
                sum(&[e, f.wrapping_add(a).rotate_right(18), g]),
                factor,
            )
        }
        _ => long(bytes),
    }
}

fn long(bytes: &[u8]) -> u64 {
    const SEED: u64 = 81;
    let length = bytes.len();
    let mut x = SEED.wrapping_mul(K2).wrapping_add(fetch(bytes, 0));
    let mut y = SEED.wrapping_mul(K1).wrapping_add(113);
    let mut z = mixed(y.wrapping_mul(K2).wrapping_add(113)).wrapping_mul(K2);
    let (mut v, mut w) = ((0_u64, 0_u64), (0_u64, 0_u64));
    let rest = (length - 1) & 63;
    let end = (length - 1) / 64 * 64;
    let mut at = 0;
    let mut factor = K1;
    loop {
        // The last 64 bytes come once more, with another factor.
        let is_last = at == end;
        let times = if is_last { 9 } else { 1 };
        if is_last {
            factor = K1.wrapping_add((z & 0xff) << 1);
            at = length - 64;
            w.0 = w.0.wrapping_add(rest as u64);
            v.0 = v.0.wrapping_add(w.0);
            w.0 = w.0.wrapping_add(v.0);
        }
        x = sum(&[x, y, v.0, fetch(bytes, at + 8)]).rotate_right(37).wrapping_mul(factor);
        y = sum(&[y, v.1, fetch(bytes, at + 48)]).rotate_right(42).wrapping_mul(factor);
        x ^= w.1.wrapping_mul(times);
        y = sum(&[y, v.0.wrapping_mul(times), fetch(bytes, at + 40)]);
        z = z.wrapping_add(w.0).rotate_right(33).wrapping_mul(factor);
        v = weak(bytes, at, v.1.wrapping_mul(factor), x.wrapping_add(w.0));
        w = weak(bytes, at + 32, z.wrapping_add(w.1), y.wrapping_add(fetch(bytes, at + 16)));
        std::mem::swap(&mut z, &mut x);
        if is_last {
            break;
        }
        at += 64;
    }
    both(
        sum(&[both(v.0, w.0, factor), mixed(y).wrapping_mul(K0), z]),
        both(v.1, w.1, factor).wrapping_add(x),
        factor,
    )
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn every_length_has_its_own_way() {
        let letters = "abcdefghijklmnopqrstuvwxyz";
        let digits = "0123456789";
        let long = format!("{letters}{digits}{letters}{digits}");
        for (text, expected) in [
            ("", -7_286_425_919_675_154_353),
            ("foo", 6_150_913_649_986_995_171),
            ("0123456", 2_092_326_130_583_504_517),
            ("0123456789abcdef", 6_105_018_409_752_412_263),
            (letters, 6_822_236_678_030_897_597),
            ("abcdefghijklmnopqrstuvwxyz0123456789abcdefgh", -8_440_857_499_671_160_679),
            (&long, -1_936_967_571_851_122_421),
        ] {
            assert_eq!(fingerprint(text.as_bytes()).cast_signed(), expected, "{text}");
        }
    }
}
