import type { DoctorFinding } from '../../protocol.js';
export async function examine(_input: {
  home: string;
  env: Record<string, string>;
  probe: (program: string, args: string[]) => Promise<string | null>;
}): Promise<DoctorFinding[]> {
  return [];
}
