/** Whether a host is this machine: a key in the file that goes nowhere else is no secret. */
export function isThisMachine(host: string): boolean {
  return /^(localhost|([\w-]+\.)*localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}

/** Whether plain http stays unread: on this machine, or between containers (a name without a dot is nobody's on the internet). */
export function isNear(host: string): boolean {
  return isThisMachine(host) || /^[a-z][\w-]*$/i.test(host);
}
