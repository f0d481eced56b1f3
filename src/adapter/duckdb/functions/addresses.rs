//! Addresses of the internet
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/net_functions>).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::kernel::{Bytes, Int, Text, functions};

functions! {
    /// `NET.IP_FROM_STRING`.
    "googlesql_ip" OfText(text: Text) -> Bytes {
        match text.parse() {
            Ok(IpAddr::V4(address)) => Ok(Some(address.octets().to_vec())),
            Ok(IpAddr::V6(address)) => Ok(Some(address.octets().to_vec())),
            Err(_) => Err(format!("`{text}` is no IP address")),
        }
    }
    /// `NET.IP_TO_STRING`.
    "googlesql_ip_text" TextOf(bytes: Bytes) -> Text {
        if let Ok(octets) = <[u8; 4]>::try_from(bytes) {
            return Ok(Some(Ipv4Addr::from(octets).to_string()));
        }
        match <[u8; 16]>::try_from(bytes) {
            Ok(octets) => Ok(Some(Ipv6Addr::from(octets).to_string())),
            Err(_) => Err(no_address(bytes)),
        }
    }
    /// `NET.IP_NET_MASK`.
    "googlesql_ip_mask" Mask(length: Int, prefix: Int) -> Bytes {
        let size = match length {
            4 | 16 => length as usize,
            _ => return Err(format!("an IP address has 4 or 16 bytes, not {length}")),
        };
        masked(&vec![0xff; size], prefix).map(Some)
    }
    /// `NET.IP_TRUNC`.
    "googlesql_ip_trunc" Truncated(bytes: Bytes, prefix: Int) -> Bytes {
        match bytes.len() {
            4 | 16 => masked(bytes, prefix).map(Some),
            _ => Err(no_address(bytes)),
        }
    }
    /// `NET.IPV4_FROM_INT64`.
    "googlesql_ipv4" OfNumber(number: Int) -> Bytes {
        // Negative numbers of 32 bits are read as their bits.
        let bits = u32::try_from(number)
            .or_else(|_| i32::try_from(number).map(i32::cast_unsigned))
            .map_err(|_| format!("{number} is no IPv4 address"))?;
        Ok(Some(bits.to_be_bytes().to_vec()))
    }
    /// `NET.IPV4_TO_INT64`.
    "googlesql_ipv4_number" NumberOf(bytes: Bytes) -> Int {
        let octets = <[u8; 4]>::try_from(bytes).map_err(|_| no_address(bytes))?;
        Ok(Some(u32::from_be_bytes(octets).into()))
    }
}

fn no_address(bytes: &[u8]) -> String {
    format!("{} bytes are no IP address", bytes.len())
}

/// The first bits, and zeros.
fn masked(bytes: &[u8], prefix: i64) -> Result<Vec<u8>, String> {
    let Some(prefix) = usize::try_from(prefix).ok().filter(|bits| *bits <= bytes.len() * 8) else {
        return Err(format!("a prefix of {prefix} bits is outside of the address"));
    };
    let kept = |(at, byte): (usize, &u8)| match prefix.saturating_sub(at * 8) {
        0 => 0,
        bits @ 1..8 => byte & !(0xff >> bits),
        _ => *byte,
    };
    Ok(bytes.iter().enumerate().map(kept).collect())
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn prefixes_end_within_bytes() {
        assert_eq!(masked(&[1, 2, 255, 4], 20), Ok(vec![1, 2, 240, 0]));
        assert_eq!(masked(&[255; 4], 0), Ok(vec![0; 4]));
        assert_eq!(masked(&[255; 4], 32), Ok(vec![255; 4]));
        assert!(masked(&[255; 4], 33).is_err());
        assert!(masked(&[255; 4], -1).is_err());
    }
}
