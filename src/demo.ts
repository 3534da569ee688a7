import { runDemo } from './demo/run-demo';

void runDemo(process.env);
