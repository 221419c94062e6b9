// CWL: what lower case changes; some letters that look like capitals have no other case (𝕬).
const beforeCapital = /(?<=[\p{Ll}\p{N}])(?=\p{CWL})/gu;
const beforeLastCapital = /(?<=\p{CWL})(?=\p{CWL}\p{Ll})/gu;
const otherCharacters = /[^\p{L}\p{M}\p{N}]+/gu;
const atTheEnds = /^_|_$/g;

/**
 * A name of the API as a column: `CustomerID` → `customer_id`, `RecipientGroupID` → `recipient_group_id`.
 * Split before a capital after a lower-case letter or digit, and before the last of a run of capitals that a
 * lower-case letter follows; runs of characters other than letters and digits become one `_`, none at the ends.
 * Empty where the name has no letter and no digit.
 */
export function snakeCase(name: string): string {
  return name
    .replace(beforeCapital, '_')
    .replace(beforeLastCapital, '_')
    .toLowerCase()
    .replace(otherCharacters, '_')
    .replace(atTheEnds, '');
}
