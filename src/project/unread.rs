//! What could not be read: names that such files may declare are not judged missing.

/// Which kinds of files could not be read, in any package.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// Properties files, or entries of them.
    pub properties: bool,
    /// Parts of sources.
    pub sources: bool,
    /// Files with snapshot blocks.
    pub snapshots: bool,
    /// Files with macros or generic tests.
    pub macros: bool,
    /// Files with doc blocks.
    pub docs: bool,
    /// Files with rows for unit tests.
    pub fixtures: bool,
    /// Whole packages.
    pub packages: bool,
}

impl Unread {
    /// What either could not read.
    pub fn and(self, other: Self) -> Self {
        Self {
            properties: self.properties || other.properties,
            sources: self.sources || other.sources,
            snapshots: self.snapshots || other.snapshots,
            macros: self.macros || other.macros,
            docs: self.docs || other.docs,
            fixtures: self.fixtures || other.fixtures,
            packages: self.packages || other.packages,
        }
    }
}
