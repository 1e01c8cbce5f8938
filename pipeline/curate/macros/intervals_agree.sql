-- Whether two intervals agree: one lies within the other.
CREATE MACRO intervals_agree(first_a, last_a, first_b, last_b) AS
(first_a <= first_b AND last_b <= last_a) OR (first_b <= first_a AND last_a <= last_b);
