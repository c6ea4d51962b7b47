//! Writes families as text, by the library of the Prometheus project. Its own families keep their series in hash maps;
//! ours are encoded in their order, so that the text is the same each time.

use super::family::{Family, Kind, Labels, Value};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};
use std::fmt;

#[derive(Debug)]
struct Families(Vec<Family>);

impl Collector for Families {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        // A family without series would be a name and nothing else.
        for family in self.0.iter().filter(|family| !family.series.is_empty()) {
            let unit = family.unit.map(|unit| Unit::Other(unit.to_owned()));
            let kind = match family.kind {
                Kind::Counter => MetricType::Counter,
                Kind::Gauge => MetricType::Gauge,
                Kind::Info => MetricType::Info,
            };
            let mut encoder = encoder.encode_descriptor(family.name, family.help, unit.as_ref(), kind)?;
            for (labels, value) in &family.series {
                series(&mut encoder, family.kind, labels, *value)?;
            }
        }
        Ok(())
    }
}

fn series(encoder: &mut MetricEncoder<'_>, kind: Kind, labels: &Labels, value: Value) -> fmt::Result {
    if kind == Kind::Info {
        return encoder.encode_info(labels);
    }
    let mut encoder = encoder.encode_family(labels)?;
    match (kind, value) {
        (Kind::Counter, Value::Count(value)) => encoder.encode_counter::<NoLabelSet, u64, f64>(&value, None),
        (Kind::Counter, Value::Real(value)) => encoder.encode_counter::<NoLabelSet, f64, f64>(&value, None),
        (_, Value::Count(value)) => encoder.encode_gauge(&value),
        (_, Value::Real(value)) => encoder.encode_gauge(&value),
    }
}

/// The text of families, each name after the program's.
pub(super) fn text(families: Vec<Family>) -> String {
    let mut registry = Registry::with_prefix("vpcsim");
    registry.register_collector(Box::new(Families(families)));
    let mut text = String::new();
    encode(&mut text, &registry).expect("a String takes what it is given");
    text
}
