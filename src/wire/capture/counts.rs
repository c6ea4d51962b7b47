//! What a capture held, in numbers and in words. Not what a replay later makes of it.

/// Every frame is exactly one of `ipv4`, `not_ipv4`, `malformed` and `unsupported_link`; the other counts cut across.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct CaptureCounts {
    /// Packet records in the file.
    pub frames: u64,
    /// IPv4 packets kept.
    pub ipv4: u64,
    /// Their total lengths together.
    pub bytes: u64,
    /// ARP, IPv6, LLC and the like.
    pub not_ipv4: u64,
    /// IPv4 header (or the link header before it) not whole, or its lengths contradictory.
    pub malformed: u64,
    /// On a pcapng interface whose link type cannot be read.
    pub unsupported_link: u64,
    /// With 802.1Q or 802.1ad tags, which were removed.
    pub vlan_tagged: u64,
    /// Captured shorter than on the wire.
    pub snapped: u64,
    /// Stamped earlier than the frame before them: the steps back in time, which sorting removed.
    pub out_of_order: u64,
    /// Without a time stamp; they go with the frame before them.
    pub unstamped: u64,
    /// IPv4 packets whose total length field is 0, as segmentation offload leaves it.
    pub without_length: u64,
}

impl CaptureCounts {
    /// The counts in words: frames and IPv4 packets always, the others where there are any.
    pub fn lines(&self) -> Vec<(String, u64)> {
        let always = [("frames in the capture", self.frames), ("IPv4 packets", self.ipv4)];
        let some = [
            ("not IPv4, left out", self.not_ipv4),
            ("malformed, left out", self.malformed),
            ("of an unsupported link type, left out", self.unsupported_link),
            ("VLAN tags removed", self.vlan_tagged),
            ("captured in part", self.snapped),
            ("steps back in time, sorted", self.out_of_order),
            ("without a time stamp", self.unstamped),
            ("without a total length (offloaded)", self.without_length),
        ];
        let some = some.into_iter().filter(|(_, count)| *count > 0);
        always.into_iter().chain(some).map(|(what, count)| (what.to_owned(), count)).collect()
    }
}
