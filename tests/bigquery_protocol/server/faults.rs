//! What goes wrong on the way.

use std::collections::VecDeque;

/// What happens to a request besides being answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// The connection is closed before the request is looked at.
    LostRequest,
    /// The request is carried out, and the connection closed instead of answering.
    LostAnswer,
    /// The request is carried out, and half the answer sent.
    HalfAnswer,
    /// Refused with a status and a reason.
    Refused(u16, &'static str),
    /// Refused with a status, a reason and `Retry-After` in seconds.
    RefusedFor(u16, &'static str, u64),
    /// A proxy's error page.
    Page(u16),
    /// Carried out twice, as by a proxy that repeats requests by itself; the second answer is sent.
    SentTwice,
    /// Carried out, and answered with an error.
    DoneButError(u16, &'static str),
}

/// Which requests meet with what.
#[derive(Debug, Default)]
pub struct Faults {
    /// For requests whose method and path hold the text, in order.
    planned: Vec<(String, VecDeque<Mishap>)>,
    /// For requests by their number, from 0.
    numbered: Vec<(usize, Mishap)>,
    /// How many requests there were.
    seen: usize,
    random: Option<Random>,
}

#[derive(Debug)]
struct Random {
    state: u64,
    /// How many mishaps there were in a row.
    row: u32,
}

/// More in a row would be a service that is down.
const MAX_ROW: u32 = 4;

impl Faults {
    pub fn plan(&mut self, request: &str, mishaps: &[Mishap]) {
        self.planned.push((request.to_owned(), mishaps.iter().copied().collect()));
    }

    /// Says what happens to the request of a number, from 0.
    pub fn at(&mut self, number: usize, mishap: Mishap) {
        self.numbered.push((number, mishap));
    }

    pub fn seed(&mut self, seed: u64) {
        self.random = Some(Random { state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1, row: 0 });
    }

    /// What happens to a request.
    pub fn next(&mut self, request: &str) -> Option<Mishap> {
        let number = self.seen;
        self.seen += 1;
        if let Some((_, mishap)) = self.numbered.iter().find(|(at, _)| *at == number) {
            return Some(*mishap);
        }
        for (part, mishaps) in &mut self.planned {
            if request.contains(part.as_str())
                && let Some(mishap) = mishaps.pop_front()
            {
                return Some(mishap);
            }
        }
        self.random.as_mut()?.next()
    }

    /// Whether a job fails through no fault of its own.
    pub fn job_fails(&mut self) -> bool {
        self.random.as_mut().is_some_and(|random| random.below(8) == 0)
    }
}

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 11) % bound
    }

    fn next(&mut self) -> Option<Mishap> {
        if self.row >= MAX_ROW || self.below(3) != 0 {
            self.row = 0;
            return None;
        }
        self.row += 1;
        Some(match self.below(10) {
            0 | 1 => Mishap::LostRequest,
            2 | 3 => Mishap::LostAnswer,
            4 => Mishap::HalfAnswer,
            5 => Mishap::Refused(403, "rateLimitExceeded"),
            6 => Mishap::Refused(500, "internalError"),
            7 => Mishap::RefusedFor(429, "rateLimitExceeded", 0),
            8 => Mishap::Page(502),
            _ => Mishap::DoneButError(503, "backendError"),
        })
    }
}
