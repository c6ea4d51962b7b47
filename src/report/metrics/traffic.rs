//! Families about traffic entries: what was sent and what came of it; of pings and of TCP connections what they have
//! beyond that.

use super::family::{Family, Labels, Value, bytes_per_second, points, ratio};
use crate::report::run::{Delays, PingReport, Snapshot, TcpReport, TrafficReport, Word};

pub(super) fn families(snapshot: &Snapshot) -> Vec<Family> {
    let all = Entries(&snapshot.traffic);
    [all.packets(), all.pings(), all.connections()].concat()
}

struct Entries<'a>(&'a [TrafficReport]);

impl Entries<'_> {
    /// A series for each entry that has such a value.
    fn each(&self, value: impl Fn(&TrafficReport) -> Option<Value>) -> Vec<(Labels, Value)> {
        self.0.iter().filter_map(|entry| Some((labels(entry), value(entry)?))).collect()
    }

    fn count(&self, family: Family, count: impl Fn(&TrafficReport) -> u64) -> Family {
        family.of(self.each(|entry| Some(Value::Count(count(entry)))))
    }

    fn ping(&self, family: Family, count: impl Fn(&PingReport) -> u64) -> Family {
        family.of(self.each(|entry| entry.ping.as_ref().map(|ping| Value::Count(count(ping)))))
    }

    fn tcp(&self, family: Family, count: impl Fn(&TcpReport) -> u64) -> Family {
        family.of(self.each(|entry| entry.tcp.as_ref().map(|tcp| Value::Count(count(tcp)))))
    }

    fn delays(&self, family: Family, delays: impl Fn(&TrafficReport) -> Option<&Delays>) -> Family {
        family.unit("seconds").of(self.0.iter().flat_map(|entry| points(&labels(entry), delays(entry))))
    }

    fn packets(&self) -> Vec<Family> {
        let counter = Family::counter;
        vec![
            self.count(counter("traffic_sent_packets", "Packets sent; requests, of a ping"), |e| e.sent.packets),
            self.count(counter("traffic_sent", "Bytes sent").unit("bytes"), |e| e.sent.bytes.as_u64()),
            self.count(
                counter("traffic_delivered_packets", "Packets that the host they were meant for accepted"),
                |e| e.delivered.packets,
            ),
            self.count(
                counter("traffic_delivered", "Bytes that the host they were meant for accepted").unit("bytes"),
                |e| e.delivered.bytes.as_u64(),
            ),
            self.count(counter("traffic_misdelivered_packets", "Packets that another host accepted"), |e| {
                e.misdelivered
            }),
            counter("traffic_drops", "Packets dropped, by reason").of(self.0.iter().flat_map(drops)),
            self.count(Family::gauge("traffic_in_flight_packets", "Packets queued or on the wire"), |e| e.in_flight),
            Family::gauge("traffic_loss", "Lost / (lost + completed)")
                .unit("ratio")
                .of(self.each(|e| Some(ratio(e.loss)))),
            self.delays(Family::gauge("traffic_delay", "One way, of delivered packets"), |e| e.delay.as_ref()),
        ]
    }

    fn pings(&self) -> Vec<Family> {
        let counter = Family::counter;
        vec![
            self.ping(counter("ping_answered_packets", "Replies that came back to the sender"), |ping| ping.answered),
            self.ping(counter("ping_lost_replies", "Replies dropped on the way back or delivered elsewhere"), |ping| {
                ping.replies_lost
            }),
            self.delays(Family::gauge("ping_round_trip", "Round trips"), |e| e.ping.as_ref()?.round_trip.as_ref()),
        ]
    }

    fn connections(&self) -> Vec<Family> {
        let counter = Family::counter;
        vec![
            self.tcp(counter("tcp_connections", "Connections begun"), |tcp| tcp.connections),
            self.tcp(counter("tcp_completed_connections", "Connections that completed"), |tcp| tcp.completed),
            self.tcp(counter("tcp_given_up_connections", "Connections given up"), |tcp| tcp.given_up),
            self.tcp(counter("tcp_retransmissions", "Segments sent again"), |tcp| tcp.retransmissions),
            self.tcp(counter("tcp_timeouts", "Timeouts"), |tcp| tcp.timeouts),
            Family::gauge("tcp_goodput", "Payload in order, from the first SYN to the last byte or until now")
                .unit("bytes_per_second")
                .of(self.each(|e| e.tcp.as_ref()?.goodput_bps.map(bytes_per_second))),
            self.delays(Family::gauge("tcp_completion", "From the first SYN to the last byte"), |e| {
                e.tcp.as_ref()?.completion.as_ref()
            }),
            self.delays(Family::gauge("tcp_round_trip", "Round trips"), |e| e.tcp.as_ref()?.round_trip.as_ref()),
        ]
    }
}

fn labels(entry: &TrafficReport) -> Labels {
    vec![("traffic", entry.name.clone())]
}

fn drops(entry: &TrafficReport) -> Vec<(Labels, Value)> {
    let series = |(code, packets): &(Word, u64)| {
        let mut labels = labels(entry);
        labels.push(("code", code.to_string()));
        (labels, Value::Count(*packets))
    };
    entry.dropped_by.iter().map(series).collect()
}
