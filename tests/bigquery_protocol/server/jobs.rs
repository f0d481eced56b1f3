//! The jobs that the server keeps.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use serde_json::{Map, Value, json};

use super::{answer, behaviour::Behaviour};

/// A job.
#[derive(Clone, Debug)]
pub struct Job {
    pub id: String,
    pub location: String,
    pub configuration: Value,
    pub behaviour: Behaviour,
    created: Instant,
    /// When it was told to stop.
    stopped: Option<Instant>,
    /// Why it failed, once it ended.
    failure: Option<Option<(String, String)>>,
}

/// The jobs, what they may do, and what they did.
#[derive(Debug, Default)]
pub struct Jobs {
    pub by_id: BTreeMap<String, Job>,
    /// What statements do that hold a text; the last one told counts.
    rules: Vec<(String, Behaviour)>,
    /// The statements that took effect, in the order of their ends.
    pub effects: Vec<String>,
    /// The most jobs that ran at a time.
    pub most_running: usize,
}

impl Jobs {
    pub fn rule(&mut self, text: &str, behaviour: Behaviour) {
        self.rules.push((text.to_owned(), behaviour));
    }

    /// What a statement will do. Failures that happen a number of times are counted.
    pub fn behaviour(&mut self, text: &str) -> Behaviour {
        let rule = self.rules.iter_mut().rev().find(|(part, _)| text.contains(part.as_str()));
        let Some((_, behaviour)) = rule else { return Behaviour::default() };
        let mut now = behaviour.clone();
        if now.failure.is_some() && behaviour.failures == 0 {
            now.failure = None;
        } else if now.failure.is_some() && behaviour.failures != usize::MAX {
            behaviour.failures -= 1;
        }
        now
    }

    pub fn insert(&mut self, id: &str, location: &str, configuration: Value, behaviour: Behaviour) {
        let job = Job {
            id: id.to_owned(),
            location: location.to_owned(),
            configuration,
            behaviour,
            created: Instant::now(),
            stopped: None,
            failure: None,
        };
        self.by_id.insert(id.to_owned(), job);
        self.most_running = self.most_running.max(self.running());
    }

    /// Tells a job to stop.
    pub fn stop(&mut self, id: &str) {
        if let Some(job) = self.by_id.get_mut(id)
            && !job.is_done()
            && !job.behaviour.stubborn
        {
            job.stopped = Some(Instant::now());
        }
    }

    /// Ends the jobs whose time came: those that take effect now, in the order of their ends.
    pub fn settle(&mut self) -> Vec<String> {
        let ended = self.by_id.values_mut().filter_map(|job| Some((job.settle()?, job.id.clone())));
        let mut ended: Vec<(Instant, String)> = ended.collect();
        ended.sort();
        ended.into_iter().map(|(_, id)| id).collect()
    }

    /// How many jobs run.
    fn running(&self) -> usize {
        self.by_id.values().filter(|job| !job.is_done()).count()
    }

    /// The ids of jobs that are not done.
    pub fn unfinished(&self) -> BTreeSet<String> {
        let jobs = self.by_id.values().filter(|job| !job.is_done());
        jobs.map(|job| job.id.clone()).collect()
    }
}

impl Job {
    /// Ends it if its time came: the time, where it took effect now.
    fn settle(&mut self) -> Option<Instant> {
        if self.is_done() {
            return None;
        }
        let end = self.end();
        let limit = self.limit();
        let stop =
            |why: &str| Some(("stopped".to_owned(), format!("Job execution was cancelled: {why}")));
        if self.stopped.is_some_and(|stopped| stopped < end) {
            self.failure = Some(stop("User requested cancellation"));
        } else if let Some(limit) = limit.filter(|limit| *limit < end)
            && limit <= Instant::now()
            && !self.behaviour.stubborn
        {
            self.failure = Some(stop("Job timed out after a while"));
        } else if end <= Instant::now() {
            self.failure = Some(self.behaviour.failure.clone());
            return self.behaviour.failure.is_none().then_some(end);
        }
        None
    }

    fn end(&self) -> Instant {
        self.created + self.behaviour.pending + self.behaviour.running
    }

    /// When it has taken as long as it may.
    fn limit(&self) -> Option<Instant> {
        let limit = self.configuration["jobTimeoutMs"].as_str()?.parse().ok()?;
        Some(self.created + Duration::from_millis(limit))
    }

    /// When it ends, or is stopped.
    pub fn due(&self) -> Instant {
        self.limit().map_or(self.end(), |limit| limit.min(self.end()))
    }

    /// Makes it a job that failed when its time came.
    pub fn fails(&mut self, why: (String, String)) {
        self.failure = Some(Some(why));
    }

    pub fn is_done(&self) -> bool {
        self.failure.is_some()
    }

    /// Why it failed, if it ended so.
    pub fn failed(&self) -> Option<&(String, String)> {
        self.failure.as_ref()?.as_ref()
    }

    /// What it does, in a line.
    pub fn statement(&self) -> String {
        statement(&self.configuration)
    }

    /// The resource.
    pub fn resource(&self, project: &str) -> Value {
        let state = match self.is_done() {
            true => "DONE",
            false if self.created.elapsed() < self.behaviour.pending => "PENDING",
            false => "RUNNING",
        };
        let mut status = json!({"state": state});
        if let Some((reason, message)) = self.failed() {
            status["errorResult"] = answer::proto(reason, message);
            status["errors"] = json!([answer::proto(reason, message)]);
        }
        let mut statistics = json!({"creationTime": "1700000000000"});
        if self.is_done() {
            statistics["startTime"] = "1700000000100".into();
            statistics["endTime"] = "1700000002100".into();
            merge(&mut statistics, &self.behaviour.more_statistics);
            if self.configuration.get("query").is_some() {
                statistics["query"] = self.behaviour.statistics.clone();
            }
        }
        let mut configuration = self.configuration.clone();
        if let Some(query) = configuration.get_mut("query")
            && query.get("destinationTable").is_none()
        {
            query["destinationTable"] =
                json!({"projectId": project, "datasetId": "_anon", "tableId": "anon1"});
        }
        json!({
            "kind": "bigquery#job",
            "id": format!("{project}:{}.{}", self.location, self.id),
            "jobReference": {"projectId": project, "jobId": self.id, "location": self.location},
            "configuration": configuration,
            "status": status,
            "statistics": statistics,
        })
    }
}

/// What a configuration does, in a line.
pub fn statement(configuration: &Value) -> String {
    let table = |table: &Value| {
        let part = |key: &str| table[key].as_str().unwrap_or("?").to_owned();
        format!("{}.{}", part("datasetId"), part("tableId"))
    };
    if let Some(query) = configuration.get("query") {
        return query["query"].as_str().unwrap_or_default().to_owned();
    }
    if let Some(copy) = configuration.get("copy") {
        let sources = copy["sourceTables"].as_array().cloned().unwrap_or_default();
        let sources: Vec<String> = sources.iter().map(table).collect();
        return format!("copy {} to {}", sources.join(", "), table(&copy["destinationTable"]));
    }
    format!("load {}", table(&configuration["load"]["destinationTable"]))
}

pub fn merge(into: &mut Value, more: &Value) {
    let empty = Map::new();
    for (key, value) in more.as_object().unwrap_or(&empty) {
        into[key.as_str()] = value.clone();
    }
}
