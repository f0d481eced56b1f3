//! Where values come from.

/// How an input takes part in an output, the closest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// As it is.
    Copied,
    /// Computed from it, row by row.
    Transformed,
    /// Computed from it over several rows.
    Aggregated,
    /// A choice depends on it: `CASE WHEN`, `IF`.
    Conditional,
    /// A window is divided or ordered by it.
    Window,
    /// Rows are matched by it.
    Join,
    /// Rows are kept by it.
    Filter,
    /// Rows are grouped by it.
    GroupBy,
    /// Rows are ordered by it.
    Sort,
}

impl How {
    /// As it is shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Copied => "copied",
            Self::Transformed => "transformed",
            Self::Aggregated => "aggregated",
            Self::Conditional => "conditional",
            Self::Window => "window",
            Self::Join => "join key",
            Self::Filter => "filter",
            Self::GroupBy => "group key",
            Self::Sort => "sort key",
        }
    }

    /// Whether values of the input are in the output, and not only what was chosen by them.
    pub fn is_direct(self) -> bool {
        self <= Self::Aggregated
    }
}

/// A column of a table that is read, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Input {
    /// Its place in the analysis' list of inputs.
    pub column: u32,
    /// How.
    pub how: How,
}

/// What a value is made from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flow {
    /// The columns, without doubles, in order.
    pub inputs: Vec<Input>,
    /// For a struct that is put together here: what each field is made from.
    pub fields: Vec<Flow>,
}

impl Flow {
    /// One column as it is.
    pub fn of(column: u32) -> Self {
        Self { inputs: vec![Input { column, how: How::Copied }], fields: Vec::new() }
    }

    /// A struct with these fields.
    pub fn structure(fields: Vec<Self>) -> Self {
        let mut flow = Self::default();
        for field in &fields {
            flow.add(field);
        }
        flow.fields = fields;
        flow
    }

    /// Takes the inputs of another, as they are there.
    pub fn add(&mut self, other: &Self) {
        self.extend(&other.inputs);
    }

    /// Takes inputs.
    pub fn extend(&mut self, inputs: &[Input]) {
        if inputs.is_empty() {
            return;
        }
        if self.inputs.is_empty() {
            self.inputs.extend_from_slice(inputs);
            return;
        }
        for input in inputs {
            if let Err(at) = self.inputs.binary_search(input) {
                self.inputs.insert(at, *input);
            }
        }
    }

    /// The same, used in this way.
    pub fn used(&self, how: How) -> Self {
        let mut flow = Self { inputs: used(&self.inputs, how), fields: Vec::new() };
        flow.inputs.sort_unstable();
        flow.inputs.dedup();
        flow
    }

    /// The same over several rows or in an array; a struct is still one.
    pub fn gathered(&self) -> Self {
        let fields = self.fields.iter().map(Self::gathered).collect();
        Self { fields, ..self.used(How::Aggregated) }
    }

    /// Takes the inputs of another, used in this way.
    pub fn add_used(&mut self, other: &Self, how: How) {
        let used = other.used(how);
        self.extend(&used.inputs);
    }

    /// The column that this is, unchanged.
    pub fn copied(&self) -> Option<u32> {
        match self.inputs.as_slice() {
            [Input { column, how: How::Copied }] => Some(*column),
            _ => None,
        }
    }

    /// The same with the inputs of others.
    pub fn with(mut self, others: &[Self]) -> Self {
        for other in others {
            self.add(other);
        }
        self
    }

    /// Of a choice among several: made from all; fields where all have them.
    pub fn choice(flows: &[Self]) -> Self {
        let mut flow = Self::default();
        for one in flows {
            flow.add(one);
        }
        let count = flows.first().map_or(0, |first| first.fields.len());
        if count > 0 && flows.iter().all(|one| one.fields.len() == count) {
            for at in 0..count {
                let fields: Vec<Self> = flows.iter().map(|one| one.fields[at].clone()).collect();
                flow.fields.push(Self::choice(&fields));
            }
        }
        flow
    }
}

/// Inputs that are used in a further way: what is direct becomes that, unless it was more already;
/// what was not stays so.
pub fn used(inputs: &[Input], how: How) -> Vec<Input> {
    let used = inputs.iter().map(|input| Input {
        column: input.column,
        how: match input.how.is_direct() {
            true => input.how.max(how),
            false => input.how,
        },
    });
    used.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_again_is_what_it_was_most() {
        let sum = Flow::of(1).used(How::Aggregated);
        assert_eq!(sum.used(How::Transformed), sum);
        let mut kept = sum.clone();
        kept.add_used(&Flow::of(2), How::Filter);
        assert_eq!(kept.used(How::Copied).inputs.len(), 2);
        assert_eq!(kept.used(How::Sort).inputs[0].how, How::Sort);
        assert_eq!(kept.inputs[1].how, How::Filter);
    }
}
