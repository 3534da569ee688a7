import { describeTrail } from '../support/trail/trail-property';

describe('the trail, in long random runs', () => {
  describeTrail({ runs: 1500, waves: 8, width: 25, minutes: 10 });
});
