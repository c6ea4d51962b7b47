//! What a capture held, in numbers and in words. Not what a replay later does with it.

/// Every frame is exactly one of `ipv4`, `not_ipv4`, `malformed`, `empty`, `unsupported_link` and `elsewhere`; the
/// other counts overlap with these.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct CaptureCounts {
    /// Packet records in the file.
    pub frames: u64,
    /// IPv4 packets kept.
    pub ipv4: u64,
    /// Sum of their total lengths.
    pub bytes: u64,
    /// ARP, IPv6, LLC and the like.
    pub not_ipv4: u64,
    /// The IPv4 header (or the link header before it) is not whole, or its lengths contradict each other.
    pub malformed: u64,
    /// Records that hold nothing, such as zeros after the last packet.
    pub empty: u64,
    /// On a pcapng interface whose link type cannot be read.
    pub unsupported_link: u64,
    /// On an interface whose packets are not wanted.
    pub elsewhere: u64,
    /// With VLAN tags of any depth (802.1Q, 802.1ad and the like), which were removed.
    pub vlan_tagged: u64,
    /// With MPLS labels of any depth, which were removed.
    pub mpls_labelled: u64,
    /// Inside a PPPoE session, whose headers were removed.
    pub ppp: u64,
    /// Captured shorter than they were on the wire.
    pub snapped: u64,
    /// Stamped earlier than the previous frame: steps back in time, which sorting removed.
    pub out_of_order: u64,
    /// Without a time stamp; they take that of the previous frame.
    pub unstamped: u64,
    /// IPv4 packets whose total length field is 0, as segmentation offload leaves it.
    pub without_length: u64,
}

impl CaptureCounts {
    /// The counts in words: frames and IPv4 packets always, the others if not zero.
    pub fn lines(&self) -> Vec<(String, u64)> {
        let always = [("frames in the capture", self.frames), ("IPv4 packets", self.ipv4)];
        let some = [
            ("not IPv4, left out", self.not_ipv4),
            ("malformed, left out", self.malformed),
            ("empty (zero padding), left out", self.empty),
            ("of an unsupported link type, left out", self.unsupported_link),
            ("of other interfaces, left out", self.elsewhere),
            ("VLAN tags removed", self.vlan_tagged),
            ("MPLS labels removed", self.mpls_labelled),
            ("PPPoE headers removed", self.ppp),
            ("captured in part", self.snapped),
            ("steps back in time, sorted", self.out_of_order),
            ("without a time stamp", self.unstamped),
            ("without a total length (offloaded)", self.without_length),
        ];
        let some = some.into_iter().filter(|(_, count)| *count > 0);
        always.into_iter().chain(some).map(|(what, count)| (what.to_owned(), count)).collect()
    }
}
