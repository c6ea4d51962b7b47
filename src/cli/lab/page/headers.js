// The bytes of a packet's head by the names of their fields (RFC 791, 792, 768, 9293). It explains what bytes mean and
// judges nothing.

/** @typedef {{ name: string, bits: number, read?: 'address' | 'hex' | 'flags' }} Field */

/** @param {string} name @param {number} bits @param {Field['read']} [read] @returns {Field} */
const field = (name, bits, read) => ({ name, bits, read });

const IPV4 = [
  field('version', 4), field('header length (words)', 4), field('DSCP', 6), field('ECN', 2),
  field('total length', 16), field('identification', 16, 'hex'), field('flags', 3), field('fragment offset', 13),
  field('time to live', 8), field('protocol', 8), field('header checksum', 16, 'hex'),
  field('source', 32, 'address'), field('destination', 32, 'address'),
];
const ICMP = [
  field('ICMP type', 8), field('ICMP code', 8), field('ICMP checksum', 16, 'hex'), field('identifier', 16, 'hex'),
  field('sequence', 16),
];
const PORTS = [field('source port', 16), field('destination port', 16)];
const UDP = [...PORTS, field('UDP length', 16), field('UDP checksum', 16, 'hex')];
const TCP = [
  ...PORTS, field('sequence number', 32), field('acknowledgment number', 32), field('data offset', 4),
  field('reserved', 4), field('TCP flags', 8, 'flags'), field('window', 16), field('TCP checksum', 16, 'hex'),
];
const FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'];
const BY_PROTOCOL = /** @type {{[protocol: number]: Field[]}} */ ({ 1: ICMP, 6: TCP, 17: UDP });

/** @param {string} hex two digits a byte @returns {{ name: string, bytes: string, value: string }[]} */
export function fields(hex) {
  const bytes = hex.match(/../g) ?? [];
  const protocol = Number.parseInt(bytes[9] ?? '0', 16);
  const later = BY_PROTOCOL[protocol] ?? [];
  const found = [];
  let bit = 0;
  for (const { name, bits, read } of [...IPV4, ...later]) {
    const [first, last] = [bit >> 3, (bit + bits - 1) >> 3];
    if (last >= bytes.length) break;
    const whole = bytes.slice(first, last + 1);
    const number = BigInt(`0x${whole.join('')}`) >> BigInt((last + 1) * 8 - bit - bits);
    const value = Number(number & ((1n << BigInt(bits)) - 1n));
    found.push({ name, bytes: whole.join(' '), value: written(value, bits, read) });
    bit += bits;
  }
  return found;
}

/** @param {number} value @param {number} bits @param {Field['read']} read */
function written(value, bits, read) {
  if (read === 'address') return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
  if (read === 'hex') return `0x${value.toString(16).padStart(bits / 4, '0')}`;
  if (read === 'flags') return FLAGS.filter((_, n) => value & (1 << n)).join(' ') || 'none';
  return String(value);
}
