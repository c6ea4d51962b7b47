//! The fields of a flow log's records by name: those of AWS up to version 5, and those of CCN. What they hold is
//! written elsewhere.

use super::DROP_CODE;
use thiserror::Error;

macro_rules! fields {
    ($($name:ident, $version:literal, $text:literal;)*) => {
        /// A field of a record.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Field {
            $($name,)*
        }

        impl Field {
            /// Every field.
            pub(super) const ALL: [Field; [$($version),*].len()] = [$(Field::$name),*];

            /// Its name in the header.
            pub(super) const fn name(self) -> &'static str {
                match self { $(Field::$name => $text,)* }
            }
            /// The version of AWS's flow logs that brought it; 0 for what AWS does not have.
            pub(super) const fn version(self) -> u8 {
                match self { $(Field::$name => $version,)* }
            }
        }
    };
}

fields! {
    Version, 2, "version";
    AccountId, 2, "account-id";
    InterfaceId, 2, "interface-id";
    Source, 2, "srcaddr";
    Destination, 2, "dstaddr";
    SourcePort, 2, "srcport";
    DestinationPort, 2, "dstport";
    Protocol, 2, "protocol";
    Packets, 2, "packets";
    Bytes, 2, "bytes";
    Start, 2, "start";
    End, 2, "end";
    Action, 2, "action";
    LogStatus, 2, "log-status";
    VpcId, 3, "vpc-id";
    SubnetId, 3, "subnet-id";
    InstanceId, 3, "instance-id";
    TcpFlags, 3, "tcp-flags";
    Type, 3, "type";
    PacketSource, 3, "pkt-srcaddr";
    PacketDestination, 3, "pkt-dstaddr";
    Region, 4, "region";
    AzId, 4, "az-id";
    SublocationType, 4, "sublocation-type";
    SublocationId, 4, "sublocation-id";
    SourceService, 5, "pkt-src-aws-service";
    DestinationService, 5, "pkt-dst-aws-service";
    FlowDirection, 5, "flow-direction";
    TrafficPath, 5, "traffic-path";
    CcnId, 0, "ccn-id";
    RegionId, 0, "region-id";
    SourceRegion, 0, "srcregionid";
    DestinationRegion, 0, "dstregionid";
    DropCode, 0, "x-drop-code";
}

/// How many fields AWS logs by default: the first ones.
const DEFAULT: usize = 14;
/// The word for them in a list.
const DEFAULT_WORD: &str = "default";

/// Fields in the order of their columns; the reason of drops is the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields(Vec<Field>);

/// What is wrong with a list, at the word that it holds.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WrongFields {
    /// It names no field.
    #[error("`{0}` is no field of AWS flow logs up to version 5")]
    Unknown(String),
    /// A reader by names of columns would take one of the two.
    #[error("`{0}` is there twice")]
    Twice(&'static str),
}

impl Default for Fields {
    fn default() -> Fields {
        Fields::with_drop_code(Field::ALL[..DEFAULT].to_vec())
    }
}

impl Fields {
    /// Those that a list names, separated by commas or blanks, bare or as `${name}`; `default` names all of version 2.
    ///
    /// # Errors
    /// The first word that is no field, or the first field that is named twice.
    pub fn parse(list: &str) -> Result<Fields, WrongFields> {
        let mut fields = Vec::new();
        for word in list.split([',', ' ']).filter(|word| !word.is_empty()) {
            let name = word.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).unwrap_or(word);
            match Field::ALL.into_iter().find(|field| field.name() == name && field.is_chosen()) {
                Some(field) => fields.push(field),
                None if name == DEFAULT_WORD => fields.extend(&Field::ALL[..DEFAULT]),
                None => return Err(WrongFields::Unknown(word.to_owned())),
            }
        }
        if fields.is_empty() {
            return Err(WrongFields::Unknown(list.to_owned()));
        }
        if let Some(twice) = (1..fields.len()).find(|&at| fields[..at].contains(&fields[at])) {
            return Err(WrongFields::Twice(fields[twice].name()));
        }
        Ok(Fields::with_drop_code(fields))
    }

    /// The words that a list may hold.
    pub fn words() -> impl Iterator<Item = &'static str> {
        Field::ALL.into_iter().filter(|field| field.is_chosen()).map(Field::name).chain([DEFAULT_WORD])
    }

    /// Those of CCN's logs.
    pub(super) fn ccn() -> Fields {
        use Field::*;
        let of_flow = [Source, Destination, SourcePort, DestinationPort, Protocol, Packets, Bytes];
        let fields = [&[Version, CcnId, RegionId, SourceRegion, DestinationRegion][..], &of_flow];
        Fields::with_drop_code([&fields.concat()[..], &[Start, End, Action, LogStatus]].concat())
    }

    fn with_drop_code(mut fields: Vec<Field>) -> Fields {
        fields.retain(|field| *field != Field::DropCode);
        fields.push(Field::DropCode);
        Fields(fields)
    }

    /// In the order of their columns.
    pub(super) fn iter(&self) -> impl Iterator<Item = Field> {
        self.0.iter().copied()
    }

    /// The highest version of AWS's that one of them needs, which is what a record's `version` says.
    pub(super) fn version(&self) -> u8 {
        self.iter().map(Field::version).max().unwrap_or(0)
    }

    pub(super) fn header(&self) -> String {
        self.iter().map(Field::name).collect::<Vec<_>>().join(" ")
    }

    /// Whether these are the words of a header, the last one left out.
    pub(super) fn of_header(words: &str) -> bool {
        let is_field = |word: &str| Field::ALL.iter().any(|field| field.name() == word);
        !words.is_empty() && words.split(' ').all(is_field)
    }
}

impl Field {
    /// Whether a list of AWS fields may name it: the drop code may be named, but stands last anyway.
    fn is_chosen(self) -> bool {
        self.version() > 0 || self.name() == DROP_CODE
    }
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::*;

    const V2: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end \
                      action log-status x-drop-code";

    #[test]
    fn lists_name_fields_as_the_console_writes_them_or_bare() {
        let header = |list: &str| Fields::parse(list).map(|fields| (fields.header(), fields.version()));
        assert_eq!(header("default"), Ok((V2.into(), 2)));
        let same = Ok(("srcaddr vpc-id traffic-path x-drop-code".to_owned(), 5));
        assert_eq!(header("srcaddr,vpc-id,traffic-path"), same);
        assert_eq!(header("${srcaddr} ${vpc-id} ${traffic-path}"), same);
        assert_eq!(header("srcaddr, x-drop-code, vpc-id traffic-path"), same);
        for wrong in ["vpcid", "srcaddr,ccn-id", "", ",", "${vpc-id", "start,srcaddr,start", "default,action"] {
            assert!(Fields::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn ours_are_told_from_those_of_others() {
        let header = |format: Format| format.header() + "\n2 rest";
        for ours in [Format::Ccn, Format::Aws(Fields::default())].map(header) {
            assert!(Format::begins(&ours), "{ours}");
            assert!(!Format::begins(&ours.replace(" x-drop-code", "")), "one of AWS's own");
        }
        for other in ["", "x-drop-code\n", "a b x-drop-code\n", "srcaddr  x-drop-code-2\n"] {
            assert!(!Format::begins(other), "{other}");
        }
    }
}
