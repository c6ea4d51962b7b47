//! Random nests of headers, tags and labels around a packet, and some seen in real captures.

use super::super::link::first_layer;
use super::*;
use proptest::prelude::*;

const PACKET: [u8; 20] = [0x45, 0, 0, 20, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];

/// A nest is built from the inside out: bytes, and the type that a header in front of them must state.
#[derive(Clone, Debug)]
struct Nest {
    bytes: Vec<u8>,
    is: Is,
    removed: Removed,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Is {
    Ipv4,
    Labelled,
    Session,
    Frame,
    /// Anything with an EtherType.
    Typed(u16),
    /// A length, then LLC.
    Llc,
}

impl Nest {
    fn core() -> Nest {
        Nest { bytes: PACKET.to_vec(), is: Is::Ipv4, removed: Removed::default() }
    }

    fn ether_type(&self) -> u16 {
        match self.is {
            Is::Ipv4 => 0x0800,
            Is::Labelled => 0x8847,
            Is::Session => 0x8864,
            Is::Frame => 0x88E7,
            Is::Typed(number) => number,
            Is::Llc => self.bytes.len() as u16,
        }
    }

    fn behind(&mut self, header: &[u8], is: Is) {
        self.bytes.splice(0..0, header.iter().copied());
        self.is = is;
    }

    /// Puts one more header in front, if one of this kind is allowed there; otherwise changes nothing.
    fn wrap(&mut self, kind: u8, noise: u8) {
        let [high, low] = self.ether_type().to_be_bytes();
        let tag = [noise, noise, high, low];
        match (kind, self.is) {
            (0, Is::Llc) if self.bytes.len() >= 0x600 => {}
            (0, _) => {
                self.behind(&tag, Is::Typed([0x8100, 0x88A8, 0x9100, 0x9200, 0x9300][usize::from(noise % 5)]));
                self.removed.vlan = true;
            }
            (1, _) => {
                self.behind(&[noise, noise, noise, noise, high, low], Is::Typed(0x8926));
                self.removed.vlan = true;
            }
            (2, Is::Ipv4 | Is::Labelled) => {
                let bottom = u8::from(self.is == Is::Ipv4);
                self.behind(&[noise, noise, (noise & 0xFE) | bottom, 64], Is::Labelled);
                self.removed.mpls = true;
            }
            (3, Is::Ipv4 | Is::Labelled) => {
                let protocol: &[u8] = match (self.is, noise & 1) {
                    (Is::Ipv4, 0) => &[0x21],
                    (Is::Ipv4, _) => &[0x00, 0x21],
                    _ => &[0x02, 0x81],
                };
                let length = (self.bytes.len() + protocol.len()) as u16;
                self.behind(&[&[0x11, 0, 0, noise], &length.to_be_bytes()[..], protocol].concat(), Is::Session);
                self.removed.ppp = true;
            }
            // SNAP, but not in front of a bare length.
            (4, is) if is != Is::Llc && self.bytes.len() < 1_400 => {
                self.behind(&[0xAA, 0xAA, 0x03, 0, 0, (noise & 1) * 0xF8, high, low], Is::Llc);
            }
            // A whole Ethernet frame inside another, or inside labels.
            (5, _) => {
                let header = [&[noise; 12][..], &[high, low]].concat();
                if noise & 1 == 0 {
                    self.behind(&[&[noise; 4][..], &header].concat(), Is::Frame);
                } else {
                    self.behind(&[&[0, 0, noise, noise][..], &header].concat(), Is::Ipv4);
                    self.behind(&[0, 0, 0x11, 64], Is::Labelled);
                    self.removed.mpls = true;
                }
            }
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(crate::kept::cases(256, "tests/regressions/unit.txt"))]

    #[test]
    fn every_nest_leads_to_its_packet(kinds in prop::collection::vec((0u8..6, any::<u8>()), 0..40)) {
        let mut nest = Nest::core();
        kinds.into_iter().for_each(|(kind, noise)| nest.wrap(kind, noise));
        let typed = nest.ether_type().to_be_bytes();
        let headers: [(u32, Vec<u8>); 4] = [
            (1, [&[2; 12][..], &typed].concat()),
            (113, [&[0; 14][..], &typed].concat()),
            (276, [&typed[..], &[0; 18]].concat()),
            (104, [&[0x0F, 0][..], &typed].concat()),
        ];
        for (link, header) in headers {
            let frame = [header, nest.bytes.clone(), vec![0; 7]].concat();
            let peeled = peel(first_layer(link).unwrap(), &frame);
            prop_assert_eq!(peeled.content, Content::Ipv4(&frame[frame.len() - 27..]), "link type {}", link);
            prop_assert_eq!(peeled.removed, nest.removed);
            // Cut anywhere in front of the packet, the frame is not whole.
            for end in (0..frame.len() - 27).step_by(3) {
                let content = peel(first_layer(link).unwrap(), &frame[..end]).content;
                prop_assert_eq!(content, Content::Short, "{} of it", end);
            }
        }
    }

    #[test]
    fn any_bytes_come_to_an_end(link in 0u32..300, bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        if let Some(first) = first_layer(link) {
            let _ = peel(first, &bytes);
        }
    }
}

fn content(link: u32, header: &[u8]) -> Option<bool> {
    let frame = [header, &PACKET].concat();
    match peel(first_layer(link)?, &frame).content {
        Content::Ipv4(packet) => Some(packet == PACKET),
        Content::Other | Content::Short => Some(false),
    }
}

#[test]
fn point_to_point_links_lead_to_the_packet() {
    for (link, header) in [
        (9, &[0xFF, 0x03, 0x00, 0x21][..]),
        (9, &[0x00, 0x21]),
        (9, &[0x21]),
        (50, &[0xFF, 0x03, 0x21]),
        (50, &[0x0F, 0x00, 0x08, 0x00]),
        (51, &[0x11, 0, 0, 1, 0, 22, 0x00, 0x21]),
        (100, &[0xAA, 0xAA, 0x03, 0, 0, 0, 0x08, 0x00]),
        (104, &[0x8F, 0x00, 0x08, 0x00]),
        (166, &[0x01, 0x03, 0x00, 0x21]),
        (204, &[0x00, 0xFF, 0x03, 0x00, 0x21]),
        (205, &[0x01, 0x0F, 0x00, 0x08, 0x00]),
        (219, &[0, 1, 0x01, 64]),
        (1, &[2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0, 23, 0x06, 0x06, 0x03]),
    ] {
        assert_eq!(content(link, header), Some(true), "{link} {header:02x?}");
    }
}

#[test]
fn other_protocols_are_not_taken_for_ipv4() {
    for (link, header) in [
        (9, &[0xC0, 0x21][..]),                                                                   // LCP
        (50, &[0xFF, 0x03, 0x00, 0x57]),                                                          // IPv6
        (104, &[0x8F, 0x00, 0x80, 0x35]),                                                         // SLARP
        (219, &[0, 1, 0x01, 64, 0x60]),                                                           // IPv6 behind a label
        (219, &[0, 1, 0x01, 64, 0x10, 0, 0, 0x21]), // a pseudowire's associated channel
        (1, &[2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0, 28, 0x42, 0x42, 0x03]), // spanning tree
        (1, &[2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0, 28, 0xAA, 0xAA, 0x03, 0, 0, 0x0C, 0x20, 0]), // Cisco's own
        (229, &[]),
    ] {
        assert_eq!(content(link, header), Some(false), "{link} {header:02x?}");
    }
    assert_eq!(content(105, &[]), None, "802.11");
}

#[test]
fn nflog_parts_are_read_in_both_byte_orders() {
    for number in [u16::to_le_bytes, u16::to_be_bytes] {
        let part = |kind: u16, value: &[u8]| {
            let mut part = [number(value.len() as u16 + 4), number(kind)].concat();
            part.extend_from_slice(value);
            part.resize(part.len().next_multiple_of(4), 0);
            part
        };
        let parts =
            [part(1, &[8, 0, 1, 0]), part(10, b"DROP \0"), part(0x8000 | 9, &PACKET), part(3, &[0; 16])].concat();
        let frame = |family: u8| [&[family, 0, 0, 5][..], &parts].concat();
        assert_eq!(peel(Layer::Nflog, &frame(2)).content, Content::Ipv4(&PACKET));
        assert_eq!(peel(Layer::Nflog, &frame(10)).content, Content::Other);
        assert_eq!(peel(Layer::Nflog, &frame(2)[..20]).content, Content::Short, "no packet among the parts");
    }
}
