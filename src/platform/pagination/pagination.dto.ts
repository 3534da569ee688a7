import { ApiProperty } from '@nestjs/swagger';

/** How a total was found. */
export const COUNT_MODES = ['exact', 'estimated', 'none'] as const;

/** One of `COUNT_MODES`. */
export type CountMode = (typeof COUNT_MODES)[number];

/** Where a page stands; the same in every list. */
export class PaginationDto {
  @ApiProperty({
    type: 'integer',
    nullable: true,
    example: 1,
    description: 'Page number from 1; null with a cursor.',
  })
  page: number | null;

  @ApiProperty({ type: 'integer', example: 20, description: 'Most rows on the page.' })
  limit: number;

  @ApiProperty({ type: 'integer', nullable: true, example: 1288 })
  totalItems: number | null;

  @ApiProperty({ type: 'integer', nullable: true, example: 65 })
  totalPages: number | null;

  @ApiProperty({ enum: COUNT_MODES, example: 'exact', description: 'How `totalItems` was found.' })
  countMode: CountMode;

  @ApiProperty({ example: true })
  hasNextPage: boolean;

  @ApiProperty({ example: false })
  hasPreviousPage: boolean;

  @ApiProperty({ type: String, nullable: true, example: 'bx3Kk1W8TnU2o5rJ9nX5yA' })
  nextCursor: string | null;

  @ApiProperty({ type: String, nullable: true, example: null })
  previousCursor: string | null;
}
