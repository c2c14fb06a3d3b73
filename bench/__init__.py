"""`make bench`: how fast alerts are accepted, paged and kept, as ratios against yardsticks measured in the same run."""
