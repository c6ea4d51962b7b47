//! One side of a connection by smoltcp, and the bytes between it and ours. Decides nothing.

use smoltcp::iface::{Config, Interface, SocketHandle, SocketSet};
use smoltcp::phy::{self, Checksum, ChecksumCapabilities, Device, DeviceCapabilities, Medium};
use smoltcp::socket::tcp;
use smoltcp::time::Instant;
use smoltcp::wire::{
    HardwareAddress, IpAddress, IpCidr, IpProtocol, Ipv4Address, Ipv4Packet, Ipv4Repr, TcpControl, TcpPacket, TcpRepr,
    TcpSeqNumber,
};
use std::collections::VecDeque;
use vpcsim::tcp::segment::{Blocks, Flags, Segment, off_wire, on_wire};
use vpcsim::tcp::{Connection, Settings};
use vpcsim::units::SimTime;

const OURS: Ipv4Address = Ipv4Address::new(10, 0, 0, 1);
const THEIRS: Ipv4Address = Ipv4Address::new(10, 0, 0, 2);
const PORTS: (u16, u16) = (49_152, 5_001);
/// Where our numbers begin on the wire: they wrap soon.
const INITIAL: u32 = u32::MAX - 20_000;

/// The packets from and for smoltcp.
#[derive(Default)]
struct Queues {
    to_it: VecDeque<Vec<u8>>,
    from_it: VecDeque<Vec<u8>>,
}

struct Receive(Vec<u8>);
struct Transmit<'a>(&'a mut VecDeque<Vec<u8>>);

impl phy::RxToken for Receive {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, f: F) -> R {
        f(&self.0)
    }
}

impl phy::TxToken for Transmit<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, f: F) -> R {
        let mut bytes = vec![0; length];
        let result = f(&mut bytes);
        self.0.push_back(bytes);
        result
    }
}

impl Device for Queues {
    type RxToken<'a> = Receive;
    type TxToken<'a> = Transmit<'a>;
    fn receive(&mut self, _: Instant) -> Option<(Receive, Transmit<'_>)> {
        let bytes = self.to_it.pop_front()?;
        Some((Receive(bytes), Transmit(&mut self.from_it)))
    }
    fn transmit(&mut self, _: Instant) -> Option<Transmit<'_>> {
        Some(Transmit(&mut self.from_it))
    }
    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ip;
        capabilities.max_transmission_unit = 1_500;
        capabilities
    }
}

/// A host with one socket.
pub struct Peer {
    queues: Queues,
    interface: Interface,
    sockets: SocketSet<'static>,
    handle: SocketHandle,
    opens: bool,
    left: u64,
    received: u64,
}

fn instant(now: SimTime) -> Instant {
    Instant::from_micros((now.as_nanos() / 1_000) as i64)
}

impl Peer {
    /// A host that sends `size` bytes: at once if it `opens`, else when it has received everything.
    pub fn new(opens: bool, size: u64, settings: &Settings) -> Peer {
        let mut queues = Queues::default();
        let mut interface = Interface::new(Config::new(HardwareAddress::Ip), &mut queues, Instant::ZERO);
        interface.update_ip_addrs(|list| list.push(IpCidr::new(IpAddress::Ipv4(THEIRS), 24)).expect("there is room"));
        let buffer = || tcp::SocketBuffer::new(vec![0; 50_000]);
        let mut socket = tcp::Socket::new(buffer(), buffer());
        socket.set_nagle_enabled(false);
        let _ = settings;
        if opens {
            socket.connect(interface.context(), (OURS, PORTS.1), PORTS.0).expect("it can open");
        } else {
            socket.listen(PORTS.1).expect("it can listen");
        }
        let mut sockets = SocketSet::new(Vec::new());
        let handle = sockets.add(socket);
        Peer { queues, interface, sockets, handle, opens, left: size, received: 0 }
    }

    /// Takes a packet.
    pub fn hear(&mut self, bytes: Vec<u8>) {
        self.queues.to_it.push_back(bytes);
    }

    /// Lets it work; the next packet that it sends.
    pub fn poll(&mut self, now: SimTime) -> Option<Vec<u8>> {
        self.interface.poll(instant(now), &mut self.queues, &mut self.sockets);
        let socket = self.sockets.get_mut::<tcp::Socket>(self.handle);
        while socket.can_recv() {
            self.received += socket.recv(|bytes| (bytes.len(), bytes.len())).unwrap_or(0) as u64;
        }
        let may_send = self.opens || (!socket.may_recv() && socket.may_send());
        while may_send && self.left > 0 && socket.can_send() {
            let left = self.left;
            let sent = socket.send(|bytes| {
                let length = bytes.len().min(left as usize);
                (length, length)
            });
            self.left -= sent.unwrap_or(0) as u64;
        }
        if may_send && self.left == 0 && socket.may_send() {
            socket.close();
        }
        self.interface.poll(instant(now), &mut self.queues, &mut self.sockets);
        self.queues.from_it.pop_front()
    }

    /// When it has something to do.
    pub fn next_wake(&mut self, now: SimTime) -> SimTime {
        match self.interface.poll_at(instant(now), &self.sockets) {
            // Its clock has whole microseconds.
            Some(at) => SimTime::from_nanos((at.total_micros() as u64 * 1_000).max(now.as_nanos() + 1_000)),
            None => SimTime::NEVER,
        }
    }

    /// Bytes that arrived in order.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Whether it has nothing more to do.
    pub fn is_closed(&self) -> bool {
        let socket = self.sockets.get::<tcp::Socket>(self.handle);
        matches!(socket.state(), tcp::State::Closed | tcp::State::TimeWait)
    }
}

/// What both sides of a connection know of each other's headers.
#[derive(Default)]
pub struct Tuple {
    /// Where their numbers begin on the wire.
    initial: Option<u32>,
    scale: u8,
    /// What we sent: the end and the instant.
    sent: Vec<(u64, SimTime)>,
    /// All before this was acknowledged.
    acknowledged: u64,
    we_opened: Option<bool>,
}

impl Tuple {
    /// The packet for a segment of ours.
    pub fn bytes(&mut self, now: SimTime, segment: &Segment, settings: &Settings) -> Vec<u8> {
        let opened = *self.we_opened.get_or_insert(segment.acknowledged == 0);
        self.sent.push((segment.end(), now));
        let Flags { syn, fin, .. } = segment.flags;
        let payload = vec![0; segment.length as usize];
        let mut sack_ranges = [None; 3];
        let theirs = self.initial.unwrap_or(0);
        for (place, (start, end)) in sack_ranges.iter_mut().zip(segment.blocks.ranges(segment.acknowledged)) {
            *place = Some((on_wire(start, theirs), on_wire(end, theirs)));
        }
        let (source, destination) = if opened { PORTS } else { (PORTS.1, PORTS.0) };
        let repr = TcpRepr {
            src_port: source,
            dst_port: destination,
            control: match (syn, fin) {
                (true, _) => TcpControl::Syn,
                (_, true) => TcpControl::Fin,
                _ => TcpControl::None,
            },
            seq_number: TcpSeqNumber(on_wire(segment.sequence, INITIAL) as i32),
            ack_number: (segment.acknowledged > 0).then(|| TcpSeqNumber(on_wire(segment.acknowledged, theirs) as i32)),
            window_len: segment.window.min(65_535) as u16,
            window_scale: syn.then_some(0),
            max_seg_size: syn.then_some(settings.mss as u16),
            sack_permitted: syn && settings.sack,
            sack_ranges,
            timestamp: None,
            payload: &payload,
        };
        let ip = Ipv4Repr {
            src_addr: OURS,
            dst_addr: THEIRS,
            next_header: IpProtocol::Tcp,
            payload_len: repr.buffer_len(),
            hop_limit: 64,
        };
        let mut bytes = vec![0; ip.buffer_len() + repr.buffer_len()];
        let checksums = ChecksumCapabilities::default();
        let mut packet = Ipv4Packet::new_unchecked(&mut bytes);
        ip.emit(&mut packet, &checksums);
        let mut tcp = TcpPacket::new_unchecked(packet.payload_mut());
        repr.emit(&mut tcp, &OURS.into(), &THEIRS.into(), &checksums);
        bytes
    }

    /// The segment in a packet of theirs.
    pub fn segment(&mut self, bytes: &[u8], side: &Connection) -> Segment {
        let mut checksums = ChecksumCapabilities::default();
        checksums.tcp = Checksum::Both;
        let packet = Ipv4Packet::new_checked(bytes).expect("an IPv4 packet");
        let tcp = TcpPacket::new_checked(packet.payload()).expect("a TCP header");
        let repr = TcpRepr::parse(&tcp, &THEIRS.into(), &OURS.into(), &checksums).expect("a right header");
        let syn = repr.control == TcpControl::Syn;
        if syn {
            (self.initial, self.scale) = (Some(repr.seq_number.0 as u32), repr.window_scale.unwrap_or(0));
        }
        let (initial, near) = (self.initial.unwrap_or(0), side.delivered() + 1);
        let acknowledged = repr.ack_number.map_or(0, |n| off_wire(n.0 as u32, INITIAL, side.sender().acknowledged()));
        let ranges: Vec<(u64, u64)> = repr
            .sack_ranges
            .iter()
            .flatten()
            .map(|(a, b)| (off_wire(*a, INITIAL, acknowledged), off_wire(*b, INITIAL, acknowledged)))
            .filter(|(start, _)| *start > acknowledged)
            .collect();
        let is_told = |end: u64| end <= acknowledged || ranges.iter().any(|(a, b)| (*a + 1..=*b).contains(&end));
        let caused = self.sent.iter().filter(|(end, _)| is_told(*end)).map(|(_, at)| *at).max();
        if acknowledged > self.acknowledged {
            self.acknowledged = acknowledged;
        }
        Segment {
            sequence: off_wire(repr.seq_number.0 as u32, initial, if syn { 0 } else { near }),
            length: repr.payload.len() as u32,
            flags: Flags {
                syn,
                fin: repr.control == TcpControl::Fin,
                rst: repr.control == TcpControl::Rst,
                ..Flags::default()
            },
            acknowledged,
            window: u32::from(repr.window_len) << if syn { 0 } else { self.scale },
            blocks: Blocks::new(acknowledged, ranges.into_iter()),
            caused: caused.unwrap_or(SimTime::ZERO),
            is_again: false,
        }
    }
}
