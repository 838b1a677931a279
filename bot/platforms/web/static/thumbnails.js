// The small pictures, a few at a time and those in view first. A browser opens six connections to one host, and the stream
// of each window holds one: what the page asks for must not stand behind pictures that are still to be made.

const AT_ONCE = 3;
const waiting = new Map(); // image → its address
let loading = 0;
let queued = false;

/** Give the image its picture when its turn comes; who has left the page by then is skipped. */
export function loadSoon(image, url) {
  waiting.set(image, url);
  if (queued) return;
  queued = true;
  // Behind the next frame: a list may scroll to its end there, and what is in view then comes first.
  const begin = () => {
    queued = false;
    loadNext();
  };
  if (document.hidden) begin();
  else requestAnimationFrame(() => setTimeout(begin));
}

function loadNext() {
  while (loading < AT_ONCE) {
    const image = nearest();
    if (!image) return;
    const url = waiting.get(image);
    waiting.delete(image);
    loading += 1;
    const done = () => {
      loading -= 1;
      loadNext();
    };
    // One of the two comes, though it left the page meanwhile.
    image.addEventListener("load", done, { once: true });
    image.addEventListener("error", done, { once: true });
    image.src = url;
  }
}

/** Of those that wait, the first in view, or else the one that is the least far from it. */
function nearest() {
  let found = null;
  let least = Infinity;
  for (const image of waiting.keys()) {
    if (!image.isConnected) {
      waiting.delete(image);
      continue;
    }
    const far = distance(image.getBoundingClientRect());
    if (found && far >= least) continue;
    found = image;
    least = far;
  }
  return found;
}

/** In view from the top on, below it, above it, and at last what another view hides. */
function distance({ top, bottom, width }) {
  if (!width) return Number.MAX_VALUE;
  return bottom < 0 ? innerHeight - bottom : Math.max(0, top);
}
