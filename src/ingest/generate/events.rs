//! A stream of events.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Random, broken,
    shapes::{Shapes, lateness},
};

/// Events that may come again.
const REMEMBERED: usize = 100;

/// What events are made by.
#[derive(Clone, Debug)]
pub struct EventOptions {
    /// One of [`super::FEEDS`].
    pub feed: String,
    /// The same seed gives the same events.
    pub seed: u64,
    /// When the first one happens.
    pub start: DateTime<Utc>,
    /// Between two.
    pub step: TimeDelta,
    /// The share of those that happened up to 90 minutes before.
    pub late: f64,
    /// The share of those that come again.
    pub duplicates: f64,
    /// The share of broken ones.
    pub broken: f64,
}

/// An event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    /// Its text.
    pub bytes: Vec<u8>,
    /// Whether it is broken on purpose.
    pub broken: bool,
    /// Whether it came before.
    pub duplicate: bool,
}

/// Makes events, one after the other, without end.
pub struct Events {
    options: EventOptions,
    shapes: Shapes,
    random: Random,
    recent: VecDeque<Vec<u8>>,
    number: i32,
    broken: usize,
}

impl Events {
    /// The events of these options; none where there is no such feed.
    pub fn new(options: EventOptions) -> Option<Self> {
        let mut random = Random::seeded(options.seed);
        let shapes = Shapes::of(&options.feed, &mut random)?;
        Some(Self { options, shapes, random, recent: VecDeque::new(), number: 0, broken: 0 })
    }
}

impl Iterator for Events {
    type Item = Generated;

    fn next(&mut self) -> Option<Generated> {
        let random = &mut self.random;
        let on_time = self.options.start + self.options.step * self.number;
        self.number = self.number.saturating_add(1);
        if random.happens(self.options.duplicates) && !self.recent.is_empty() {
            let at = (random.bits() % self.recent.len() as u64) as usize;
            let bytes = self.recent[at].clone();
            return Some(Generated { bytes, broken: false, duplicate: true });
        }
        let at = match random.happens(self.options.late) {
            true => on_time - lateness(random),
            false => on_time,
        };
        let event = self.shapes.event(random, at).to_string();
        if random.happens(self.options.broken) {
            self.broken += 1;
            let bytes = broken(self.broken, &event, random);
            return Some(Generated { bytes, broken: true, duplicate: false });
        }
        let bytes = event.into_bytes();
        if self.recent.len() == REMEMBERED {
            self.recent.pop_front();
        }
        self.recent.push_back(bytes.clone());
        Some(Generated { bytes, broken: false, duplicate: false })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::generate::FEEDS;

    fn options(feed: &str) -> EventOptions {
        EventOptions {
            feed: feed.to_owned(),
            seed: 7,
            start: DateTime::from_timestamp(1_767_225_600, 0).expect("a time"),
            step: TimeDelta::milliseconds(100),
            late: 0.1,
            duplicates: 0.1,
            broken: 0.1,
        }
    }

    #[test]
    fn a_seed_gives_the_same_events_of_every_feed() {
        for feed in FEEDS {
            let events = || Events::new(options(feed)).expect("a feed").take(1_000);
            assert!(events().eq(events()), "{feed}");
            let other = EventOptions { seed: 8, ..options(feed) };
            assert!(!events().eq(Events::new(other).expect("a feed").take(1_000)), "{feed}");
            let share = |of: fn(&Generated) -> bool| events().filter(of).count();
            assert!((60..140).contains(&share(|event| event.broken)), "{feed}");
            assert!((60..140).contains(&share(|event| event.duplicate)), "{feed}");
            for event in events().filter(|event| !event.broken) {
                let read: serde_json::Value =
                    serde_json::from_slice(&event.bytes).expect("good events are JSON");
                assert!(read.is_object());
                assert!(!event.bytes.contains(&b'\n'), "an event is a line");
            }
        }
        assert!(Events::new(options("planes")).is_none());
    }
}
