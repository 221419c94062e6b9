/** As `river.yaml` refers to an environment variable: `${NAME}`. */
export const variable = (name: string): string => `\${${name}}`;
