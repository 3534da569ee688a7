export { CursorCodec, CursorMismatch, type CursorPosition } from './cursor';
export { pageBody, pagination, type PagePlace, type Total } from './page';
export { COUNT_MODES, PaginationDto, type CountMode } from './pagination.dto';
export { PaginationModule } from './pagination.module';
export { PageLimit, type LimitQuery } from './page-limit';
export { edge, pagePlace, type Edge, type PageRead } from './page-place';
