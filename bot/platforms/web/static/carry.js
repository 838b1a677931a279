// Ways of a picture out of the page: dragged into another program, or copied. Always the original, never the small one.

/** What an image needs for it. */
export const original = ({ url, name }) => ({ "data-original": url, "data-name": name });

/** What is dragged is the file itself where the browser can (Chromium's DownloadURL), and its address elsewhere. */
export function offerDrags(root = document) {
  root.addEventListener("dragstart", (event) => {
    const { original, name } = event.target.dataset ?? {};
    if (!original || !event.dataTransfer) return;
    const url = new URL(original, location.href);
    event.dataTransfer.setData("DownloadURL", `application/octet-stream:${name}:${url}`);
    event.dataTransfer.setData("text/uri-list", url.href);
    event.dataTransfer.setData("text/plain", url.href);
    event.dataTransfer.effectAllowed = "copy";
  });
}

/** The picture behind `url` into the clipboard, as PNG, which is what clipboards take. Rejects where there is none. */
export async function copyPicture(url) {
  const png = fetch(url).then(async (response) => {
    if (!response.ok) throw new Error(response.statusText);
    const blob = await response.blob();
    return blob.type === "image/png" ? blob : asPng(blob);
  });
  // The promise goes in as it is: Safari forgets the press while one waits for it.
  await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
}

async function asPng(blob) {
  const bitmap = await createImageBitmap(blob);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  bitmap.close();
  return canvas.convertToBlob({ type: "image/png" });
}
