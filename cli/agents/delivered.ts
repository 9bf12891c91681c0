/** What a text that an agent was given says of events that actor handed in. Pure. */

/** The delivery tokens of the events in a text, each once, in order. */
export function deliveryTokens(text: string): string[] {
  const tokens = [...text.matchAll(/<actor-event [^>]*?\bdelivery="([^"]+)"/g)].map(match => match[1]!);
  return [...new Set(tokens)];
}
