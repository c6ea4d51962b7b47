//! The tables that entries name: each is read, and complained about as a whole, once, however many entries use it. The
//! meaning of their cells is defined elsewhere.

use super::Loader;
use crate::notation::{At, DecimalMark, Dialect, Entity, Spelling, Table};
use std::rc::Rc;

impl Loader<'_> {
    /// How the table or the rows of an entry are written.
    pub(super) fn dialect(&mut self, entity: &Entity) -> Dialect {
        if entity.has("epoch") && entity.has("step") {
            self.out
                .error(entity.key_span("step"), "`step` counts from the start of the run, `epoch` from 1970")
                .label(entity.key_span("epoch"), "the other one")
                .hint("keep one of them");
        }
        let text = |key| entity.get::<String>(key).map(String::as_str);
        let missing = entity.get::<Vec<At<String>>>("missing").into_iter().flatten();
        Dialect {
            delimiter: text("delimiter").and_then(|name| name.parse().ok()),
            decimal: text("decimal").and_then(|mark| mark.parse().ok()),
            missing: missing.map(|word| word.value.trim().to_owned()).collect(),
            epoch: text("epoch").and_then(|unit| unit.parse().ok()),
            spelling: Spelling::Key,
        }
    }

    /// The table under `file`; `None` after a complaint about it.
    pub(super) fn table_file(&mut self, entity: &Entity, dialect: &Dialect) -> Option<Rc<Table>> {
        let name = entity.get::<String>("file")?;
        let key = (name.clone(), dialect.delimiter, dialect.decimal() == DecimalMark::Comma);
        if let Some(known) = self.tables.get(&key) {
            return known.clone();
        }
        let source = self.read_text_file(entity, "file");
        let table = source.and_then(|source| Table::read(source, dialect, &mut self.out)).map(Rc::new);
        self.tables.insert(key, table.clone());
        table
    }
}
