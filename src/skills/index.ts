export { SkillsModule } from './skills.module';
