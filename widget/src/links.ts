// Where a link in an answer may lead.

const SCHEMES = new Set(["http:", "https:", "mailto:"]);

/** The address, if it is complete and of a scheme that only opens pages and mail; else null. */
export function safeLink(address: string): string | null {
  try {
    const url = new URL(address.trim());
    return SCHEMES.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}
