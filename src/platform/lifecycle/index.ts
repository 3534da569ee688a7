export { Lifecycle, type Phase } from './lifecycle';
export { LifecycleModule } from './lifecycle.module';
