//! Which peerings a name can mean in the course of a run: declared peerings and those that the timeline creates or
//! renames. This is what the text allows; which of them come to exist, only the run shows.

use super::Loader;
use super::verbs::{self, Naming};
use crate::model::{Name, Namesakes, Network, PeeringSpec, VpcId};
use crate::notation::{Entity, TextSpan};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// The peerings of a run, by the names they may have.
#[derive(Default)]
pub(super) struct Lives {
    /// Names that the timeline gives to peerings.
    promised: BTreeSet<Name>,
    namesakes: Namesakes,
    /// By the representative name of a group: the groups that contain a name from the timeline.
    groups: BTreeMap<Name, Group>,
}

/// All peerings that can have one name.
#[derive(Debug, Clone, Default)]
pub(super) struct Group {
    /// Requester and accepter of the first peering.
    pub first: Option<(VpcId, VpcId)>,
    /// The VPCs at their ends.
    pub vpcs: BTreeSet<VpcId>,
    /// The largest node count of any of them.
    pub nodes: usize,
    /// Whether one of them is invalid, so that its ends are unknown.
    has_unknown: bool,
}

/// What is known of one peering: requester, accepter, nodes.
type Life = (VpcId, VpcId, usize);

impl Group {
    fn add(&mut self, life: Option<Life>) {
        let Some((requester, accepter, nodes)) = life else {
            self.has_unknown = true;
            return;
        };
        self.first = self.first.or(Some((requester, accepter)));
        self.vpcs.extend([requester, accepter]);
        self.nodes = self.nodes.max(nodes);
    }
}

impl Lives {
    /// All peerings that can have `name`; `None` if there are none or not all are known.
    pub(super) fn group(&self, name: &Name, network: &Network) -> Option<Cow<'_, Group>> {
        if let Some(group) = self.groups.get(self.namesakes.group(name)) {
            return Some(Cow::Borrowed(group)).filter(|group| !group.has_unknown && group.first.is_some());
        }
        let mut group = Group::default();
        group.add(Some(declared(network, name)?));
        Some(Cow::Owned(group))
    }

    /// Whether the timeline gives this name to a peering.
    pub(super) fn is_promised(&self, name: &str) -> bool {
        self.promised.contains(name)
    }

    fn group_mut(&mut self, name: &Name) -> &mut Group {
        self.groups.entry(self.namesakes.group(name).clone()).or_default()
    }
}

/// A peering that exists when the run starts; `None` if it could not be made.
fn declared(network: &Network, name: &Name) -> Option<Life> {
    let peering = network.peering(network.find_peering(name.as_str())?);
    Some((peering.requester, peering.accepter, peering.nodes.count()))
}

impl Loader<'_> {
    /// Records all peerings of the run and the names they get; also those that a stage of the lesson begins with.
    pub(super) fn lives(&mut self, top: &Entity, lesson: Option<&Entity>) {
        let named = |entity: &Entity, key| entity.get::<String>(key).and_then(|name| Name::new(name).ok());
        let mut lives = Lives::default();
        let mut made = Vec::new();
        let stages = lesson.map_or(&[][..], |lesson| lesson.list("stage"));
        for entity in top.list("at").iter().chain(stages.iter().flat_map(|stage| stage.list("start"))) {
            let naming = verbs::chosen(entity).map_or(Naming::Nobody, |verb| verb.names);
            if naming == Naming::Nobody {
                continue;
            }
            let Some(name) = named(entity, "name") else { continue };
            lives.promised.insert(name.clone());
            match naming {
                Naming::Nobody => {}
                Naming::Made => {
                    if self.names.places.find("peering", name.as_str()).is_none() {
                        self.note_place("peering", name.as_str(), entity.at);
                    }
                    made.push((name, self.life_to_come(entity)));
                }
                Naming::Renamed => {
                    named(entity, "peering").into_iter().for_each(|before| lives.namesakes.join(&before, &name));
                }
            }
        }
        for name in lives.promised.clone() {
            lives.group_mut(&name);
        }
        for (name, _) in top.named("peering").iter().filter(|_| !lives.promised.is_empty()) {
            let Ok(name) = Name::new(name) else { continue };
            if let Some(group) = lives.groups.get_mut(lives.namesakes.group(&name)) {
                group.add(declared(&self.network, &name));
            }
        }
        for (name, life) in made {
            lives.group_mut(&name).add(life);
        }
        self.names.lives = lives;
    }

    /// What is known of a peering that the timeline creates; `None` if it is invalid.
    fn life_to_come(&self, entity: &Entity) -> Option<Life> {
        let vpc = |key| self.network.find_vpc(entity.get::<String>(key)?);
        let (requester, accepter) = (vpc("requester")?, vpc("accepter")?);
        let name = Name::new(entity.get::<String>("name")?).ok()?;
        let usual = PeeringSpec::new(name, requester, accepter).nodes;
        let nodes = entity.get::<u64>("nodes").copied().unwrap_or(u64::from(usual));
        Some((requester, accepter, usize::try_from(nodes).ok()?)).filter(|_| !entity.broken)
    }

    /// The name of a peering at some time of the run.
    pub(super) fn peering_name(&mut self, name: &str, span: TextSpan) -> Option<Name> {
        if !self.names.lives.is_promised(name) {
            self.names.peerings.find(None, name, span, &mut self.out)?;
        }
        Name::new(name).ok()
    }
}
