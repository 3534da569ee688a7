import { type SkillDto } from './skill.dto';
import { type SkillTable } from './skill-table.query';

/**
 * The first `limit` skills of a table that begin with `prefix`, in the table's order. Case is folded as by Postgres's
 * `fold_case`, the root locale's lower case, but for the sigma at the end of a word: an unfinished one has not ended.
 */
export const matchingSkills = ({ skills }: SkillTable, prefix: string, limit: number): SkillDto[] => {
  const wanted = unfinished(prefix.trim().toLowerCase());
  const found: SkillDto[] = [];
  for (const [name, folded, count] of skills) {
    if (found.length === limit) break;
    if (unfinished(folded.trimStart()).startsWith(wanted)) found.push({ name, count });
  }
  return found;
};

const unfinished = (folded: string): string => folded.replaceAll('ς', 'σ');
