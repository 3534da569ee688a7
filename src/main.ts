import { run } from './start';

void run(process.env);
