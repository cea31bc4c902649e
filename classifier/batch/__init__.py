"""Many messages: judged in parallel, journalled on the way, joined and written at the end.

```
sources --Record--> judging (processes) --Entry--> journal --Entry--> findings --Entry--> sinks
```

`run_batch` is this path. Read `entry`, then `findings` and `sinks`: what to write to add evidence
that only a whole batch shows, or another kind of output.
"""

from classifier.batch.entry import Entry
from classifier.batch.findings import Conclusion, Finding
from classifier.batch.run import Output, Plan, run_batch
from classifier.batch.summary import Summary

__all__ = ["Conclusion", "Entry", "Finding", "Output", "Plan", "Summary", "run_batch"]
