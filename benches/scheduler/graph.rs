//! Graphs, and projects that have them.

use std::{fs, path::Path, time::Duration};

/// A graph of models: the parents of each, which come before it.
pub struct Graph {
    pub name: String,
    parents: Vec<Vec<usize>>,
}

impl Graph {
    /// Models without parents.
    pub fn independent(count: usize) -> Self {
        Self { name: format!("{count} independent"), parents: vec![Vec::new(); count] }
    }

    /// A trunk of 80 models, each on the one before, and chains of 20: every third model of a chain
    /// also reads what its neighbour reads. The threads are busy with chains while the trunk, which
    /// decides, waits for one of them with each model.
    pub fn chains(count: usize) -> Self {
        const TRUNK: usize = 80;
        const CHAIN: usize = 20;
        let chained = |length: usize, at: usize, first: usize| {
            if at.is_multiple_of(length) { Vec::new() } else { vec![first + at - 1] }
        };
        let mut parents: Vec<Vec<usize>> = (0..TRUNK).map(|at| chained(TRUNK, at, 0)).collect();
        for at in 0..count - TRUNK {
            let mut of = chained(CHAIN, at, TRUNK);
            if at >= CHAIN && at % CHAIN > 0 && at.is_multiple_of(3) {
                of.push(TRUNK + at - CHAIN - 1);
            }
            parents.push(of);
        }
        Self { name: format!("{count} in chains"), parents }
    }

    /// What no scheduler can beat: the longest path, or the rounds that so many threads need.
    pub fn ideal(&self, threads: usize, job: Duration) -> Duration {
        let mut depths: Vec<usize> = Vec::new();
        for parents in &self.parents {
            depths.push(1 + parents.iter().map(|parent| depths[*parent]).max().unwrap_or(0));
        }
        let longest = depths.into_iter().max().unwrap_or(0);
        let rounds = longest.max(self.parents.len().div_ceil(threads));
        job * u32::try_from(rounds).expect("a graph of a benchmark")
    }

    /// Each model was built once, and after its parents. `statements` are in the order of their ends.
    pub fn assert_built(&self, statements: &[String]) {
        let mut ends: Vec<Option<usize>> = vec![None; self.parents.len()];
        for (end, statement) in statements.iter().enumerate() {
            let Some((_, rest)) = statement.split_once("create or replace ") else { continue };
            let (_, rest) = rest.split_once("`model_").expect("a model is made");
            let at: usize = rest[..DIGITS].parse().expect("its number");
            assert_eq!(ends[at], None, "{} is made twice", name(at));
            ends[at] = Some(end);
        }
        for (at, parents) in self.parents.iter().enumerate() {
            let end = ends[at].unwrap_or_else(|| panic!("{} is not made", name(at)));
            for parent in parents {
                assert!(ends[*parent] < Some(end), "{} before {}", name(at), name(*parent));
            }
        }
    }

    /// Writes the project, without a profile.
    pub fn write(&self, folder: &Path, materialized: &str) {
        let project = format!(
            "name: bench\nprofile: bench\nmodels:\n  bench:\n    +materialized: {materialized}\n"
        );
        fs::write(folder.join("dbt_project.yml"), project).expect("the project file");
        let models = folder.join("models");
        fs::create_dir(&models).expect("a new folder");
        for (at, parents) in self.parents.iter().enumerate() {
            let sql = match parents.as_slice() {
                [] => format!("select {at} as id\n"),
                parents => {
                    let read = |parent: &usize| {
                        format!("select id from {{{{ ref('{}') }}}}", name(*parent))
                    };
                    let reads: Vec<String> = parents.iter().map(read).collect();
                    format!("{}\n", reads.join("\nunion all\n"))
                }
            };
            fs::write(models.join(format!("{}.sql", name(at))), sql).expect("a model");
        }
    }
}

/// Digits of a model's number.
const DIGITS: usize = 5;

fn name(at: usize) -> String {
    format!("model_{at:0DIGITS$}")
}
