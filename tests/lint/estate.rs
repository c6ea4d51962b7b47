//! An estate with two mistakes in it: each is one finding, they come first, and their fixes mend them.

use crate::fixes::pasted;
use crate::texts::found;
use vpcsim::diagnose::Severity;

/// A hub with spokes. `app/batch` has no route back, and an old route of the hub takes one subnet of `data` to `dwh`.
pub const ESTATE: &str = r#"name = "estate"
duration = "60 s"
[vpc.hub]
region = "guangzhou"
cidr = "10.0.0.0/16"
[vpc.hub.subnet.shared]
cidr = "10.0.1.0/24"
routes = [
    { to = "10.1.0.0/16", via = "hub-app" },
    { to = "10.2.0.0/16", via = "hub-data" },
    { to = "10.3.0.0/16", via = "hub-dwh" },
    { to = "10.2.8.0/24", via = "hub-dwh" },
]
[vpc.hub.host.proxy]
[vpc.app]
region = "beijing"
cidr = "10.1.0.0/16"
[vpc.app.subnet.web]
cidr = "10.1.1.0/24"
routes = [{ to = "10.0.0.0/16", via = "hub-app" }]
[vpc.app.subnet.batch]
cidr = "10.1.2.0/24"
[vpc.app.host.web]
subnet = "web"
[vpc.app.host.batch]
subnet = "batch"
[vpc.data]
region = "shanghai"
cidr = "10.2.0.0/16"
[vpc.data.subnet.db]
cidr = "10.2.1.0/24"
routes = [{ to = "10.0.0.0/16", via = "hub-data" }]
[vpc.data.subnet.cache]
cidr = "10.2.8.0/24"
routes = [{ to = "10.0.0.0/16", via = "hub-data" }]
[vpc.data.host.db]
subnet = "db"
[vpc.data.host.cache]
subnet = "cache"
[vpc.dwh]
region = "shanghai"
cidr = "10.3.0.0/16"
[vpc.dwh.subnet.s]
cidr = "10.3.1.0/24"
routes = [{ to = "10.0.0.0/16", via = "hub-dwh" }]
[vpc.dwh.host.h]
[peering.hub-app]
requester = "hub"
accepter = "app"
bandwidth = "100 Mbps"
[peering.hub-data]
requester = "hub"
accepter = "data"
bandwidth = "100 Mbps"
[peering.hub-dwh]
requester = "hub"
accepter = "dwh"
bandwidth = "100 Mbps"
[traffic.all]
from = "*/*"
to = "hub/proxy"
pattern = "ping"
"#;

#[test]
fn two_mistakes_are_two_errors_and_nothing_more() {
    let all = found(ESTATE);
    let told: Vec<_> = all.iter().map(|finding| (finding.severity, finding.code)).collect();
    assert_eq!(told, [(Severity::Error, "NO_RETURN_ROUTE"), (Severity::Error, "ROUTE_OUTSIDE_PEER_CIDR")], "{all:#?}");
    for part in ["`app/batch`", "`hub/shared`", "`hub-app`"] {
        assert!(all[0].sentence.contains(part), "{}", all[0].sentence);
    }
    for part in ["10.2.8.0/24", "`hub-dwh`", "(10.3.0.0/16)", "10.2.0.0/16 over `hub-data`"] {
        assert!(all[1].sentence.contains(part), "{}", all[1].sentence);
    }
    assert_eq!(
        all[0].fix.as_deref(),
        Some("in [vpc.app.subnet.batch]:\nroutes = [{ to = \"10.0.0.0/16\", via = \"hub-app\" }]")
    );
    let mended =
        all.iter().fold(ESTATE.to_owned(), |text, finding| pasted(&text, finding.fix.as_ref().expect("a fix")));
    assert_eq!(found(&mended), []);
}
