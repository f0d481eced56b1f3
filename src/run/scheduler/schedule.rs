//! What is to run, as a graph with priorities.

use crate::run::NodeLabel;

/// One thing to run.
#[derive(Clone, Debug)]
pub struct Task {
    /// How it is shown and named.
    pub label: NodeLabel,
    /// How long it is expected to take compared to others (any unit, at least 1). The chain with
    /// the greatest sum starts first.
    pub weight: u64,
}

/// Tasks with their edges, checked to be acyclic. Tasks are known by their position.
#[derive(Clone, Debug)]
pub struct Schedule {
    pub(super) tasks: Vec<Task>,
    pub(super) children: Vec<Vec<u32>>,
    pub(super) parent_counts: Vec<u32>,
    /// The weight of the heaviest chain that starts at a task, itself included.
    pub(super) ranks: Vec<u64>,
}

/// The edges given to a schedule cannot be run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("tasks wait for each other in a circle: {}", .members.join(", "))]
pub struct ScheduleError {
    /// The ids of the tasks on or behind the circle.
    pub members: Vec<String>,
}

impl Schedule {
    /// Builds a schedule from tasks and `(parent, child)` edges between their positions. Double
    /// edges count once.
    ///
    /// # Errors
    /// When the edges have a cycle.
    pub fn new(
        tasks: Vec<Task>,
        edges: impl IntoIterator<Item = (usize, usize)>,
    ) -> Result<Self, ScheduleError> {
        let mut children: Vec<Vec<u32>> = vec![Vec::new(); tasks.len()];
        for (parent, child) in edges {
            children[parent].push(child as u32);
        }
        let mut parent_counts = vec![0u32; tasks.len()];
        for list in &mut children {
            list.sort_unstable();
            list.dedup();
            for child in list {
                parent_counts[*child as usize] += 1;
            }
        }
        let order = topological_order(&children, &parent_counts);
        if order.len() < tasks.len() {
            let mut ordered = vec![false; tasks.len()];
            order.iter().for_each(|at| ordered[*at] = true);
            let members = tasks.iter().zip(ordered).filter(|(_, ordered)| !ordered);
            let members = members.map(|(task, _)| task.label.unique_id.to_string()).collect();
            return Err(ScheduleError { members });
        }
        let mut ranks = vec![0u64; tasks.len()];
        for at in order.into_iter().rev() {
            let longest = children[at].iter().map(|child| ranks[*child as usize]).max();
            ranks[at] = tasks[at].weight.max(1).saturating_add(longest.unwrap_or(0));
        }
        Ok(Self { tasks, children, parent_counts, ranks })
    }

    /// The tasks in the order they were given.
    pub fn tasks(&self) -> &[Task] {
        &self.tasks
    }
}

/// Parents before children (Kahn); shorter than the graph where there is a cycle.
fn topological_order(children: &[Vec<u32>], parent_counts: &[u32]) -> Vec<usize> {
    let mut waiting = parent_counts.to_vec();
    let mut order: Vec<usize> = (0..children.len()).filter(|at| waiting[*at] == 0).collect();
    let mut next = 0;
    while next < order.len() {
        for child in &children[order[next]] {
            let child = *child as usize;
            waiting[child] -= 1;
            if waiting[child] == 0 {
                order.push(child);
            }
        }
        next += 1;
    }
    order
}
