//! Compares two accounts of one run and reports the first difference. Shrinks a failing world first.

use crate::reference::Reference;
use crate::tally::Tally;
use crate::traffic;
use crate::world::World;
use std::sync::{Arc, Mutex, PoisonError};
use vpcsim::dataplane::packet::{PacketId, PacketKind};
use vpcsim::engine::{Options, Place, Record, Run, Simulation, Step};
use vpcsim::units::SimTime;

/// A record without the packet's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    pub time: SimTime,
    pub step: Step,
    pub place: Place,
    pub id: PacketId,
    pub kind: PacketKind,
    pub emitted: SimTime,
    pub wire_length: u16,
}

impl From<&Record> for Told {
    fn from(record: &Record) -> Told {
        let Record { time, step, place, id, kind, emitted, wire_length, .. } = *record;
        Told { time, step, place, id, kind, emitted, wire_length }
    }
}

/// Collects what an observer is told.
#[derive(Clone, Default)]
pub struct Records(Arc<Mutex<Vec<Told>>>);

impl Records {
    /// What was told since the last call.
    pub fn take(&self) -> Vec<Told> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Adds what an observer is told.
    pub fn add(&self, told: &[Record]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(told.iter().map(Told::from));
    }
}

/// Makes a simulation report its records into a shared list.
pub fn listen(simulation: &mut Simulation) -> Records {
    let records = Records::default();
    let sink = records.clone();
    simulation.observe(Box::new(move |told: &[Record]| sink.add(told)));
    records
}

/// The engine's account of a world, in one advance.
pub fn engine(world: &World) -> (Vec<Told>, Tally) {
    let mut run = Run::new(world.network.clone(), world.plan.clone(), Options::default());
    let records = listen(&mut run.simulation);
    run.advance(world.plan.duration);
    let tally = Tally::of(&run.simulation, world.plan.traffic.len());
    (records.take(), tally)
}

/// The difference between engine and twin, if any.
pub fn difference(world: &World) -> Option<String> {
    let senders = traffic::senders(&world.network, &world.plan);
    let mut twin = Reference::new(&world.network, &world.plan, &senders);
    twin.run();
    let (records, tally) = engine(world);
    if records == twin.records {
        return if tally == twin.tally { None } else { Some(books(&tally, &twin.tally)) };
    }
    let at =
        records.iter().zip(&twin.records).position(|(a, b)| a != b).unwrap_or(records.len().min(twin.records.len()));
    let first = [records.get(at), twin.records.get(at)].into_iter().flatten().min_by_key(|r| r.time)?;
    let mut again = Reference::new(&world.network, &world.plan, &senders);
    again.followed = Some(first.id);
    again.run();
    Some(story(first.id, &records, &again))
}

fn books(engine: &Tally, twin: &Tally) -> String {
    let mut lines = vec!["the records agree, the books do not (engine, then twin):".to_string()];
    let pairs = engine.vpcs.iter().zip(&twin.vpcs).enumerate();
    lines.extend(pairs.filter(|(_, (a, b))| a != b).map(|(v, (a, b))| format!("VPC {v}\n  {a:?}\n  {b:?}")));
    let pairs = engine.links.iter().zip(&twin.links).enumerate();
    lines.extend(pairs.filter(|(_, (a, b))| a != b).map(|(l, (a, b))| format!("link {l}\n  {a:?}\n  {b:?}")));
    let pairs = engine.traffic.iter().zip(&twin.traffic).enumerate();
    lines.extend(pairs.filter(|(_, (a, b))| a != b).map(|(t, (a, b))| format!("traffic {t}\n  {a:?}\n  {b:?}")));
    lines.push(format!("totals {:?} {:?}", engine.totals, twin.totals));
    lines.join("\n")
}

fn story(id: PacketId, engine: &[Told], twin: &Reference<'_>) -> String {
    let steps = |records: &[Told]| -> String {
        records.iter().filter(|r| r.id == id).map(|r| format!("\n  {} {r:?}", r.time)).collect()
    };
    let tale: String = twin.story.iter().map(|line| format!("\n  {line}")).collect();
    format!(
        "first difference at packet {id}\nengine:{}\ntwin:{}\nthe twin's story:{tale}",
        steps(engine),
        steps(&twin.records)
    )
}

/// The same failure with as little as possible: traffic and actions are removed one by one while it still fails.
pub fn reduce(world: &World, fails: impl Fn(&World) -> bool) -> World {
    let mut smallest = world.clone();
    loop {
        let Some(next) = smaller(&smallest).into_iter().find(|w| fails(w)) else { return smallest };
        smallest = next;
    }
}

fn smaller(world: &World) -> Vec<World> {
    let mut worlds = Vec::new();
    for t in 0..world.plan.traffic.len() {
        let mut less = world.clone();
        less.plan.traffic.remove(t);
        worlds.push(less);
    }
    for a in 0..world.plan.timeline.len() {
        let mut less = world.clone();
        less.plan.timeline.remove(a);
        worlds.push(less);
    }
    for t in 0..world.plan.traffic.len() {
        for f in 0..world.plan.traffic[t].from.len() {
            if world.plan.traffic[t].from.len() > 1 {
                let mut less = world.clone();
                let mut from = less.plan.traffic[t].from.to_vec();
                from.remove(f);
                less.plan.traffic[t].from = from.into();
                worlds.push(less);
            }
        }
    }
    worlds
}

/// What a person needs to understand a world.
pub fn describe(world: &World) -> String {
    let network = &world.network;
    let mut lines = vec![format!("{:?} to {}", network.rules, world.plan.duration)];
    lines.extend(network.vpcs().map(|(id, v)| format!("{id:?} {} {:?}", v.name, v.cidrs)));
    lines.extend(
        network.hosts().map(|(id, h)| format!("{id:?} {} {} {:?}", network.host_name(id), h.address, h.subnet)),
    );
    lines.extend(network.tables().map(|(id, t)| {
        let routes: Vec<String> = t.routes.values().map(|r| format!("{} {:?} {}", r.to, r.via, r.disabled)).collect();
        format!("{id:?} {}: {}", network.table_name(id), routes.join(", "))
    }));
    lines.extend(network.peerings().map(|(_, p)| format!("{p:?}")));
    lines.extend(world.plan.traffic.iter().map(|t| format!("{t:?}")));
    lines.extend(world.plan.timeline.iter().map(|a| format!("at {}: {}", a.time, a.text)));
    lines.join("\n")
}
