//! The readable report of one run: first the answer, then the details. Programs read [`super::json()`] instead.

use super::model::Snapshot;
use super::sections;
use super::verdict::Verdict;
use crate::report::format::page::{Page, Tone};
use crate::units::{SimTime, grouped};

/// The verdict names up to this many failures; the rest are in their section.
const NAMED_FAILURES: usize = 3;

/// The report on a page.
pub fn text(snapshot: &Snapshot, page: &Page) -> String {
    let verdict = Verdict::of(snapshot);
    let mut parts = vec![headline(snapshot, &verdict, page)];
    let sentences = sentences(&verdict);
    if !sentences.is_empty() {
        parts.push(sentences.iter().map(|(sentence, tone)| page.toned(sentence, *tone)).collect());
    }
    parts.extend(sections::all(snapshot, page));
    parts.push(page.prose(&books(snapshot)));
    parts.join("\n")
}

fn headline(snapshot: &Snapshot, verdict: &Verdict, page: &Page) -> String {
    let title = match &snapshot.question {
        // Many questions begin with the scenario's name.
        Some(question) if question.starts_with(&snapshot.scenario) => question.clone(),
        Some(question) => format!("{}: {question}", snapshot.scenario),
        None => snapshot.scenario.clone(),
    };
    let (ran, tone) = match &verdict.interrupted {
        Some(interrupted) => (interrupted.clone(), Tone::Caution),
        None => (snapshot.reached.since(SimTime::ZERO).to_string(), Tone::Plain),
    };
    let ran = format!("{ran} of virtual time, seed {} ({})", snapshot.seed, snapshot.file);
    page.title(&title) + &page.toned(&ran, tone)
}

/// Whether the scenario's demands were met, in sentences; none without demands.
fn sentences(verdict: &Verdict) -> Vec<(String, Tone)> {
    let mut sentences = Vec::new();
    if let Some(expectations) = &verdict.expectations {
        let tone = match (verdict.failed.len(), verdict.unknown) {
            (0, 0) => Tone::Plain,
            (0, _) => Tone::Caution,
            _ => Tone::Bad,
        };
        let failed =
            if verdict.failed.is_empty() { String::new() } else { format!("; FAILED: {}", named(&verdict.failed)) };
        sentences.push((format!("{expectations}{failed}."), tone));
    }
    if let Some(actions) = &verdict.actions {
        let astray: Vec<String> = verdict.astray.iter().map(|(action, _)| action.clone()).collect();
        sentences.push((format!("{actions}: {}.", named(&astray)), Tone::Bad));
    }
    sentences
}

/// The first few of `items`, and the number of others.
fn named(items: &[String]) -> String {
    let first = items[..items.len().min(NAMED_FAILURES)].join("; ");
    match items.len().saturating_sub(NAMED_FAILURES) {
        0 => first,
        more => format!("{first}; and {more} more"),
    }
}

fn books(snapshot: &Snapshot) -> String {
    let [emitted, delivered, dropped, in_flight] =
        [snapshot.packets.emitted, snapshot.packets.delivered, snapshot.packets.dropped, snapshot.packets.in_flight]
            .map(grouped);
    format!("Packets: {emitted} emitted = {delivered} delivered + {dropped} dropped + {in_flight} in flight")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::format::prose::columns_of;
    use crate::report::run::model::{Books, TrafficReport};
    use crate::report::run::sample;

    #[test]
    fn a_rich_report_reads_like_an_answer() {
        insta::assert_snapshot!(text(&sample::rich(), &Page::of_width(100)), @r"
        quick start: do two peered VPCs talk once both sides have a route, and what does the cap cost them?
        10 s of virtual time, seed 1 (scenarios/quick-start.toml)

        2 of 3 expectations hold; FAILED: traffic sync delay_p99 is 116.512 ms, expected < 100 ms.
        1 action of the timeline FAILED: accept PeerConn at 8 s.

        Traffic
          entry  path                    sent  delivered   loss  delay p50         p99        max
          sync   VPC1/web -> VPC2/db   66,668     50,001   25 %  61.237 ms  116.512 ms  116.74 ms
          trace  VPC1/web -> 10.9.0.1      30          0  100 %

        Pings
          entry  path                 requests  arrived  answered  loss  round trip p50      p99      max
          echo   VPC1/web -> VPC2/db        10       10         5  50 %         33.1 ms  33.4 ms  33.5 ms
          hello  VPC2/db -> VPC1/web        20       20        20   0 %         33.1 ms  33.4 ms  33.5 ms

        Losses
          entry             lost  to
          sync            16,667  shaper_queue_full
          echo   replies       5  no_route
          trace               30  ttl_expired 20, no_route 10

        ICMP errors
          entry  kind             from router  received
          trace  time exceeded    192.168.1.1        20
          trace  net unreachable  192.168.1.1        10

        Peerings
          direction                  cap     offered    carried  average rate  lost at cap
          PeerConn VPC1 -> VPC2  50 Mbps  100.047 MB  75.047 MB   60.037 Mbps     24.989 %
          PeerConn VPC2 -> VPC1  50 Mbps     37.5 kB    37.5 kB       30 kbps          0 %

          direction              delay p50         p99        max  longest queue  drains in
          PeerConn VPC1 -> VPC2  61.237 ms  116.512 ms  116.74 ms         625 kB     100 ms
          PeerConn VPC2 -> VPC1    16.5 ms    16.74 ms   16.74 ms            0 B        0 s

          Senders here do not slow down when a cap drops their packets; TCP would.

        Drops
          16,667  the queue in front of the bandwidth cap is full (shaper_queue_full)
                  at PeerConn VPC1 -> VPC2: for example 10.0.0.2 -> 10.1.0.2
              20  the TTL ran out at a router (ttl_expired)
                  at VPC1: for example 10.0.0.2 -> 10.1.0.2
              15  the source subnet's route table has no route to the destination (no_route)
                  at VPC1: 10 packets, for example 10.0.0.2 -> 10.1.0.2
                  at VPC2: 5 packets, for example 10.0.0.2 -> 10.1.0.2

        Timeline
          time  action                                      outcome
           2 s  change_bandwidth PeerConn 50 Mbps   ok      the cap is now 50 Mbps
           5 s  remove_route VPC2/B 192.168.1.0/24  ok      removed
           8 s  accept PeerConn                     FAILED  refused: the peering is ACTIVE already; only a
                                                            PENDING one can be accepted (wrong_state)

        Expectations
          subject       metric     window       expected       found
          traffic sync  delivered               > 50,000      50,001  ok
          traffic sync  loss       5 s to 10 s    < 40 %      37.5 %  ok
          traffic sync  delay_p99               < 100 ms  116.512 ms  FAILED

        Notes
          -  VPC2's route table B has no route back to 192.168.1.0/24 after 5 s.

        Packets: 66,788 emitted = 50,086 delivered + 16,702 dropped + 0 in flight
        ");
    }

    #[test]
    fn nothing_simulated_is_a_short_report() {
        assert_eq!(
            text(&sample::quiet(), &Page::of_width(100)),
            "quiet\n10 s of virtual time, seed 7 (quiet.toml)\n\n\
             Packets: 0 emitted = 0 delivered + 0 dropped + 0 in flight\n"
        );
    }

    #[test]
    fn an_interrupted_run_says_so_first() {
        let report = text(&sample::partial(), &Page::of_width(100));
        let first: Vec<&str> = report.lines().skip(1).take(3).collect();
        let partial = "PARTIAL: interrupted after 3.2 s of 10 s of virtual time, seed 1 (scenarios/quick-start.toml)";
        assert_eq!(first, [partial, "", "3 expectations NOT EVALUATED."]);
        assert!(!report.contains("FAILED"), "{report}");
    }

    #[test]
    fn only_a_large_scenario_is_cut_and_to_what_lost_most() {
        let mut run = sample::quiet();
        run.traffic = (0..50).map(|k| sample::entry(&format!("t{k}"), "VPC1/web -> VPC2/db", 1_000, k)).collect();
        run.links = (0..41).map(|k| sample::link(&format!("VPC{k}"), "VPC99", 100 + k, 100 + k)).collect();
        let brief = text(&run, &Page::of_width(120));
        assert!(brief.contains("  t49  ") && brief.contains("  t30  ") && !brief.contains("  t29  "), "{brief}");
        assert!(brief.contains("  … and 30 more (-v shows all)\n"), "{brief}");
        assert!(brief.contains("VPC40 ->") && !brief.contains("VPC20 ->"), "{brief}");
        assert!(brief.contains("  … and 21 more (-v shows all)\n"), "{brief}");
        let verbose = text(&run, &Page::of_width(120).verbose());
        assert!(verbose.contains("  t0  ") && verbose.contains("VPC0 ->") && !verbose.contains("more (-v"));
        run.traffic.truncate(40);
        run.links.truncate(40);
        assert!(!text(&run, &Page::of_width(120)).contains("more (-v"));
    }

    /// 74 dropped of 167 is reported as 49 %, because 16 are in flight. Of 10 requests one is, and the loss is 0 %.
    #[test]
    fn what_is_in_flight_is_shown_where_there_is_any() {
        let report = |sent, dropped, in_flight| {
            let mut run = sample::quiet();
            let entry = sample::entry("t", "VPC1/web -> VPC2/db", sent, dropped);
            run.traffic = vec![TrafficReport { in_flight, ..entry }];
            text(&run, &Page::of_width(100))
        };
        assert!(report(167, 74, 16).contains("  in flight") && report(10, 0, 1).contains("  in flight"));
        assert!(!report(200, 1, 0).contains("  in flight"));
    }

    #[test]
    fn what_nearly_all_was_lost_is_not_all() {
        let mut run = sample::quiet();
        run.traffic = vec![sample::entry("flood", "VPC1/web -> VPC2/db", 1_000_000_000, 999_999_999)];
        let report = text(&run, &Page::of_width(100));
        assert!(report.contains(" 99.9999999 %") && !report.contains("100 %"), "{report}");
    }

    #[test]
    fn a_ping_without_a_way_back_shows_where_it_ends() {
        let mut run = sample::quiet();
        run.traffic = vec![sample::ping("echo", "VPC1/web -> VPC2/db", 5, 5)];
        run.drops = vec![sample::dropped("VPC2", crate::model::DropReason::NoRoute, 5)];
        run.packets = Books { emitted: 10, delivered: 5, dropped: 5, in_flight: 0 };
        insta::assert_snapshot!(text(&run, &Page::of_width(80)), @r"
        quiet
        10 s of virtual time, seed 7 (quiet.toml)

        Pings
          entry  path                 requests  arrived  answered   loss
          echo   VPC1/web -> VPC2/db         5        5         0  100 %

        Losses
          entry           lost  to
          echo   replies     5  no_route

        Drops
          5  the source subnet's route table has no route to the destination (no_route)
             at VPC2: for example 10.0.0.2 -> 10.1.0.2

        Packets: 10 emitted = 5 delivered + 5 dropped + 0 in flight
        ");
    }

    #[test]
    fn a_question_nobody_can_answer_yet_is_no_success() {
        let mut run = sample::quiet();
        run.expectations = vec![
            sample::check("loss", "0 %", Some("0 %"), Some(true)),
            sample::check("delay_p99", "< 1 s", None, None),
        ];
        assert_eq!(
            sentences(&Verdict::of(&run)),
            [("1 of 2 expectations hold; 1 NOT EVALUATED.".into(), Tone::Caution)]
        );
        run.expectations = vec![sample::check("loss", "0 %", Some("3 %"), Some(false)); 5];
        let one = "traffic sync loss is 3 %, expected 0 %";
        let told = format!("0 of 5 expectations hold; FAILED: {one}; {one}; {one}; and 2 more.");
        assert_eq!(sentences(&Verdict::of(&run)), [(told, Tone::Bad)]);
    }

    #[test]
    fn the_caution_on_caps_comes_only_with_capped_drops() {
        let caution = "TCP would.";
        assert_eq!(text(&sample::rich(), &Page::of_width(100).verbose()).matches(caution).count(), 1);
        let mut run = sample::quiet();
        run.links = vec![sample::link("VPC1", "VPC2", 10, 10)];
        assert!(!text(&run, &Page::of_width(100).verbose()).contains(caution));
    }

    #[test]
    fn an_uncapped_or_unused_link_has_no_empty_columns() {
        let mut run = sample::quiet();
        run.links = vec![sample::link("VPC1", "VPC2", 10, 10), sample::link("VPC2", "VPC1", 0, 0)];
        for link in &mut run.links {
            (link.cap, link.burst) = (None, None);
        }
        insta::assert_snapshot!(text(&run, &Page::of_width(100)), @r"
        quiet
        10 s of virtual time, seed 7 (quiet.toml)

        Peerings
          direction              offered  carried  average rate  lost at cap  delay p50       p99       max
          PeerConn VPC1 -> VPC2    15 kB    15 kB       12 kbps          0 %    16.5 ms  16.74 ms  16.74 ms
          PeerConn VPC2 -> VPC1      0 B

        Packets: 0 emitted = 0 delivered + 0 dropped + 0 in flight
        ");
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for width in [50, 60, 80, 100, 120] {
            for page in [Page::of_width(width), Page::of_width(width).verbose()] {
                let report = text(&sample::rich(), &page);
                let longest = report.lines().map(columns_of).max();
                assert!(longest <= Some(width), "{report}");
            }
        }
    }
}
