// The form of a text under which it is searched: the same as `search_key` of the database.

/** Make the function that folds; `letters` (ł → l …) comes with the data. */
export function folding(letters) {
  const unfolded = new RegExp(`[${Object.keys(letters).join("")}]`, "gu");
  return (text) =>
    text
      .normalize("NFD")
      .replace(/\p{M}+/gu, "")
      .normalize("NFC")
      .toLowerCase()
      .replace(unfolded, (letter) => letters[letter])
      .replace(/[^\p{L}\p{N}]+/gu, " ")
      .trim();
}
