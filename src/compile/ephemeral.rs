//! Ephemeral models, put before the queries that read them.

use std::sync::{Arc, PoisonError};

use super::{
    compiler::{Changes, Compiler, EphemeralResult, ExtraCte, RenderedNode},
    host::cte_name,
    inject::{Injected, inject},
    mapped::MappedText,
};
use crate::{diagnostic::Diagnostic, jinja::Warehouse, manifest::UniqueId};

/// A query with the ephemeral models that it reads.
pub(super) struct WithEphemeral {
    pub code: MappedText,
    pub extra_ctes: Vec<ExtraCte>,
    /// Whether their templates did nothing but give their SQL.
    pub is_pure: bool,
}

type Ordered = Vec<(UniqueId, Arc<RenderedNode>)>;

impl Compiler {
    /// Puts the ephemeral models before a query, those they read first. Their templates ask the
    /// `warehouse` that is given, or else the run's.
    pub(super) fn inject_ephemeral(
        &self,
        text: MappedText,
        ephemeral: &[UniqueId],
        warehouse: Option<&Arc<dyn Warehouse>>,
    ) -> Result<WithEphemeral, Vec<Diagnostic>> {
        let mut order = Ordered::new();
        for id in ephemeral {
            self.collect(id, warehouse, &mut order).map_err(|diagnostic| vec![diagnostic])?;
        }
        let name = |id: &UniqueId| cte_name(&self.manifest().nodes[id].relation.identifier);
        let injected: Vec<Injected<'_>> = order
            .iter()
            .map(|(id, rendered)| Injected { name: name(id), query: &rendered.text })
            .collect();
        let code = inject(&text, &injected, self.globals.dialect);
        let extra_ctes = injected
            .iter()
            .zip(&order)
            .map(|(one, (id, _))| ExtraCte {
                id: id.clone(),
                sql: format!(" {} as (\n{}\n)", one.name, one.query.text()),
            })
            .collect();
        let is_pure = order.iter().all(|(_, rendered)| rendered.is_pure);
        Ok(WithEphemeral { code, extra_ctes, is_pure })
    }

    fn collect(
        &self,
        id: &UniqueId,
        warehouse: Option<&Arc<dyn Warehouse>>,
        order: &mut Ordered,
    ) -> Result<(), Diagnostic> {
        if order.iter().any(|(known, _)| known == id) {
            return Ok(());
        }
        let rendered = self.rendered_ephemeral(id, warehouse)?;
        for inner in &rendered.ephemeral {
            self.collect(inner, warehouse, order)?;
        }
        order.push((id.clone(), rendered));
        Ok(())
    }

    /// An ephemeral model, rendered once for all that read it. With a warehouse in the place of the
    /// run's, each that reads it is told by that what is not known: then it is rendered for each,
    /// unless it asks nothing.
    fn rendered_ephemeral(
        &self,
        id: &UniqueId,
        warehouse: Option<&Arc<dyn Warehouse>>,
    ) -> EphemeralResult {
        let cell = {
            let mut cells = self.ephemeral.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cells.entry(id.clone()).or_default())
        };
        let render = || {
            let changes = Changes { warehouse: warehouse.cloned(), ..Changes::default() };
            let rendered = self.render(&self.manifest().nodes[id], &changes);
            rendered.map(Arc::new).map_err(|diagnostic| *diagnostic)
        };
        if warehouse.is_none() {
            return cell.get_or_init(render).clone();
        }
        let is_pure =
            |rendered: &EphemeralResult| rendered.as_ref().is_ok_and(|rendered| rendered.is_pure);
        if let Some(known) = cell.get().filter(|known| is_pure(known)) {
            return known.clone();
        }
        let rendered = render();
        if is_pure(&rendered) {
            // Another thread that was first has the same.
            let _ = cell.set(rendered.clone());
        }
        rendered
    }
}
