/** The name itself where it is free, else with `_2`, `_3` … */
export function freeName(name: string, isTaken: (name: string) => boolean): string {
  if (!isTaken(name)) return name;
  for (let count = 2; ; count += 1) {
    const numbered = `${name}_${count}`;
    if (!isTaken(numbered)) return numbered;
  }
}
