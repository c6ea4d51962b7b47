// The protocol of a session as types, for checking the page: the twin of src/lab/ask.rs, state.rs and news.rs. It is
// not served. Times are nanoseconds of virtual time.

export type Ask =
  | { ask: 'state'; version?: number | null; since_ns?: number | null }
  | { ask: 'play'; until_ns: number }
  | { ask: 'step'; of: 'event' | 'packet' }
  | { ask: 'go_to'; time_ns: number }
  | { ask: 'forget_later' }
  | { ask: 'act'; action: Keys }
  | { ask: 'send'; traffic: Keys }
  | { ask: 'set'; path: string[]; value: unknown }
  | { ask: 'edit'; text: string }
  | { ask: 'check' }
  | { ask: 'explain'; from: string; to: string }
  | { ask: 'story'; packet: string }
  | { ask: 'bill' }
  | { ask: 'text' };

/** Keys of an action or of traffic, as the language of scenarios has them. */
export type Keys = { [key: string]: string | number | boolean | { blackhole: boolean } };

export interface Answer {
  state: State;
  network: NetworkState | null;
  news: News | null;
  said: any;
  failure: Failure | null;
}

export interface Failure {
  message: string;
  code: string | null;
  complaints: Complaint[];
}

export interface Complaint {
  message: string;
  severity: string;
  code: string | null;
  hint: string | null;
  file: string | null;
  line: number | null;
  column: number | null;
}

export interface State {
  now_ns: number;
  end_ns: number;
  version: number;
  emitted: number;
  delivered: number;
  dropped: number;
  in_flight: number;
  links: LinkState[];
  traffic: TrafficState[];
}

export interface LinkState {
  peering: string;
  from: string;
  to: string;
  waiting_bytes: number;
  waiting_packets: number;
  tokens_bytes: number | null;
  burst_bytes: number | null;
  cap_bps: number | null;
  in_flight: number;
  offered: number;
  carried: number;
  carried_bytes: number;
  dropped: number;
}

export interface TrafficState {
  name: string;
  pattern: string;
  sent: number;
  delivered: number;
  dropped: number;
  answered: number | null;
  dropped_by: [string, number][];
}

export interface NetworkState {
  version: number;
  scenario: string;
  question: string | null;
  picture: string;
  vpcs: VpcState[];
  peerings: PeeringDetails[];
  accounts: string[];
  menu_bps: number[];
  log: Logged[];
  lesson: LessonState | null;
  opened: string;
  written: { [key: string]: any };
}

export interface LessonState {
  name: string;
  title: string;
  track: string;
  text: string;
  stages: StageState[];
}

export interface StageState {
  name: string;
  goal: string;
  question: string | null;
  choices: string[];
  right: number | null;
  answer: string | null;
}

/** What came of a stage, as `check` says. */
export interface StageResult {
  name: string;
  passed: boolean;
  why: string | null;
}

export interface VpcState {
  name: string;
  label: string | null;
  account: string;
  region: string;
  cidrs: string[];
  subnets: SubnetState[];
  tables: TableState[];
  hosts: HostState[];
  more_hosts: number;
}

export interface SubnetState {
  name: string;
  cidr: string;
  table: string;
}

export interface TableState {
  name: string;
  routes: RouteState[];
}

export interface RouteState {
  to: string;
  via: string;
  disabled: boolean;
}

export interface HostState {
  name: string;
  address: string;
  subnet: string;
  up: boolean;
}

export interface Logged {
  time_ns: number;
  action: string | null;
  outcome: string;
  refused: string | null;
}

export interface PeeringDetails {
  name: string;
  label: string | null;
  state: string;
  since_ns: number;
  expires_ns: number | null;
  cross_region: boolean;
  bandwidth_bps: number | null;
  shaped_to_bps: number | null;
  burst_bytes: number | null;
  queue: string;
  delay_ns: number;
  mtu_bytes: number;
  nodes: number;
  nodes_up: number;
  down: boolean;
  loss: number;
  ends: [EndDetails, EndDetails];
}

export interface EndDetails {
  role: string;
  vpc: string;
  account: string;
  region: string;
  cidrs: string[];
  free_quota: number;
  routes: { to: string; subnet: string; table: string; disabled: boolean }[];
}

export interface News {
  from_ns: number;
  until_ns: number;
  seen: Seen[];
  packets: number;
  left_out: number;
}

export interface Seen {
  time_ns: number;
  packet: string;
  kind: 'packet' | 'reply' | 'error' | 'segment';
  step: 'emitted' | 'offered' | 'departed' | 'arrived' | 'delivered' | 'dropped';
  vpc: string | null;
  peering: string | null;
  to: string | null;
  source: string;
  destination: string;
  bytes: number;
  code: string | null;
  why: string | null;
}

/** `vpcsim explain --json`: what the page shows of it. */
export interface Explanation {
  code: string;
  sentence: string;
  rules: string;
  round_trip: boolean;
  one_way: boolean;
  src: string;
  dst: string | null;
  address: string;
  request: Leg;
  reply: Leg | null;
  fix: { steps: { how: string; lines: string; keys: Keys | null }[] } | null;
}

export interface Leg {
  from: string;
  to: string;
  table: string;
  verdict: string;
  matched: { to: string; next_hop: string } | null;
  lost: { to: string; next_hop: string; why: string }[];
  peering: { name: string; state: string } | null;
  far_vpc: string | null;
  landed_on: string | null;
}

/** `vpcsim trace --json`: what the page shows of it. */
export interface Story {
  name: string;
  no_reply: string | null;
  ways: Way[];
}

export interface Way {
  kind: string;
  name: string;
  what: string;
  bytes: number;
  source: string;
  destination: string;
  sender: string | null;
  steps: Moment[];
  header: { emitted: string; ended: string | null; changed: any[] };
}

export interface Moment {
  event: string;
  place: string;
  time_ns: number;
  table?: string;
  entry?: { prefix: string; next_hop: string } | null;
  lost?: { prefix: string; next_hop: string; why: string; words: string }[];
  ahead?: number;
  ahead_bytes?: number;
  tokens_bytes?: number | null;
  waited_ns?: number;
  delay_ns?: number;
  host?: string;
  reason?: string;
  sentence?: string;
  [key: string]: any;
}

/** `vpcsim bill --json`: what the page shows of it. */
export interface BillSaid {
  book: { name: string; currency: string };
  lines: {
    account: string; peering: string; period: string; measured_bps: number | null; tier: string | null;
    unit_price: string | null; amount: string | null; reason: string | null;
  }[];
  totals: { account: string; amount: string; currency: string; unpriced: number }[];
}

export interface About {
  class: boolean;
  code: string | null;
  version: string;
  lessons: LessonName[];
  /** What a recording says of itself; none of a lab. */
  recorded?: string;
}

export interface LessonName {
  name: string;
  title: string;
  track: string;
}

/** What the page that replays holds. */
export interface Recording {
  text: string;
  moments: { state: State; network: NetworkState | null }[];
  seen: Seen[];
  packets: number;
  left_out: number;
}
