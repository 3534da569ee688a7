import { describeTrail } from '../support/trail/trail-property';

describe('the trail', () => {
  describeTrail({ runs: 20, waves: 4, width: 12, minutes: 1.5 });
});
