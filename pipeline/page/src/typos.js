// Names with one slip of the pen: a letter too many, too few, wrong, or two letters swapped; in long names two slips.

/** How many slips a text of that length may have. */
export const slipsOf = (length) => 1 + Math.floor(length / 10);

/** Which letters a text has, as bits: a slip changes two at most. */
function lettersOf(text) {
  let bits = 0;
  for (let index = 0; index < text.length; index++) bits |= 1 << (text.charCodeAt(index) & 31);
  return bits;
}

function bitsSet(bits) {
  let count = 0;
  for (let rest = bits; rest; rest &= rest - 1) count++;
  return count;
}

/** Make the index of `keys`, at its first use; `similar(wanted, slips)` gives the places of those with that many at most. */
export function typing(keys) {
  let letters = null;
  let lengths = null;

  function prepare() {
    letters = new Int32Array(keys.length);
    lengths = new Uint16Array(keys.length);
    for (let index = 0; index < keys.length; index++) {
      letters[index] = lettersOf(keys[index]);
      lengths[index] = keys[index].length;
    }
  }

  return {
    prepare: () => { if (!letters) prepare(); },
    similar(wanted, slips) {
      if (!letters) prepare();
      const bits = lettersOf(wanted);
      const [least, most] = [wanted.length - slips, wanted.length + slips];
      const found = [];
      for (let index = 0; index < keys.length; index++) {
        if (lengths[index] < least || lengths[index] > most || bitsSet(letters[index] ^ bits) > 2 * slips) continue;
        if (distance(keys[index], wanted, slips) <= slips) found.push(index);
      }
      return found;
    },
  };
}

/** Edit distance with swaps of neighbours (optimal string alignment); more than `most` is `most + 1`. */
export function distance(a, b, most) {
  let [before, row, next] = [[], Array.from({ length: b.length + 1 }, (_, index) => index), []];
  for (let i = 1; i <= a.length; i++) {
    next = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let value = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) value = Math.min(value, before[j - 2] + 1);
      next[j] = value;
      if (value < least) least = value;
    }
    if (least > most) return most + 1;
    [before, row] = [row, next];
  }
  return row[b.length];
}
