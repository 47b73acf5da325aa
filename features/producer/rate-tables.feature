@producer
Feature: Rate tables
  A producer sets prices in rate tables. A table never changes once it is saved; a new price is a new version
  that starts to apply at a time of its own. Customers must be able to rely on both.

  @task-1 @DM-RATE-001 @DM-GEN-001
  Scenario: A new rate table is confirmed
    When the producer creates the rate table:
      """
      {"series": "CAD", "version": "3", "effectiveFrom": $DAYS_AGO(1),
       "items": [{"name": "Render", "version": "2.0", "rate": 4.5}, {"name": "Mesh", "rate": 2}]}
      """
    Then the answer has status 201 (DM-RATE-001, DM-GEN-001)
    And the answer holds (DM-RATE-001):
      | path    | value                         |
      | message | Rate table successfully saved |

  @DM-RATE-002
  Scenario: A version exists once in its series
    Given a rate table of series "CAD" with:
      | item   | version | rate |
      | Render | 2.0     | 4.5  |
    When the producer creates the rate table:
      """
      {"series": "CAD", "version": "1", "effectiveFrom": $IN_DAYS(1), "items": [{"name": "Render", "rate": 9}]}
      """
    Then the answer has status 409

  @DM-RATE-002 @DM-RATE-003 @DM-RATE-001
  Scenario: Two series may use the same version
    Given a rate table of series "CAD" with:
      | item   | version | rate |
      | Render | 2.0     | 4.5  |
    When the producer creates the rate table:
      """
      {"series": "Print", "version": "1", "effectiveFrom": $DAYS_AGO(1), "items": [{"name": "Photo", "rate": 9}]}
      """
    Then the answer has status 201

  @DM-RATE-007 @DM-RATE-008 @site
  Scenario: The list holds superseded and future tables
    Given a rate table "1" of series "CAD", effective 10 days ago, with:
      | item   | version | rate |
      | Render | 2.0     | 4    |
    And a rate table "2" of series "CAD", effective 5 days ago, with:
      | item   | version | rate |
      | Render | 2.0     | 5    |
    And a rate table "3" of series "CAD", effective in 10 days, with:
      | item   | version | rate |
      | Render | 2.0     | 6    |
    When the producer lists the rate tables
    Then the answer has status 200 (DM-RATE-007)
    And the answer holds a list of 3

  @DM-RATE-009 @DM-RATE-010 @site
  Scenario: A listed table repeats what was saved
    Given a rate table of series "CAD" with:
      | item   | version | rate |
      | Render | 2.0     | 4.5  |
      | Mesh   |         | 2    |
    When the producer lists the rate tables
    Then the answer holds:
      | path            | value  |
      | 0/series        | CAD    |
      | 0/version       | "1"    |
      | 0/effectiveFrom | *      |
      | 0/created       | *      |
      | 0/items/0/name  | Render |
      | 0/items/0/rate  | 4.5    |
      | 0/items/1/name  | Mesh   |

  @DM-RATE-007 @site
  Scenario: Without tables the list is empty
    When the producer lists the rate tables
    Then the answer has status 200
    And the answer holds a list of 0

  @DM-RATE-016 @site
  Scenario: A table that does not apply yet can be deleted
    Given a rate table "2" of series "CAD", effective in 10 days, with:
      | item   | version | rate |
      | Render | 2.0     | 6    |
    When the producer deletes the rate table "2" of series "CAD"
    Then the answer has status 204
    When the producer lists the rate tables
    Then the answer holds a list of 0

  @DM-RATE-017
  Scenario: A table that applies stays
    Given a rate table of series "CAD" with:
      | item   | version | rate |
      | Render | 2.0     | 4.5  |
    When the producer deletes the rate table "1" of series "CAD"
    Then the answer has status 409

  @DM-RATE-017
  Scenario: A superseded table stays
    Given a rate table "1" of series "CAD", effective 10 days ago, with:
      | item   | version | rate |
      | Render | 2.0     | 4    |
    And a rate table "2" of series "CAD", effective 5 days ago, with:
      | item   | version | rate |
      | Render | 2.0     | 5    |
    When the producer deletes the rate table "1" of series "CAD"
    Then the answer has status 409

  @DM-RATE-018
  Scenario: An unknown table cannot be deleted
    When the producer deletes the rate table "7" of series "CAD"
    Then the answer has status 404

  @DM-RATE-015 @DM-RATE-018
  Scenario: Without a series only a table without series is meant
    Given a rate table "2" of series "CAD", effective in 10 days, with:
      | item   | version | rate |
      | Render | 2.0     | 6    |
    When the producer deletes the rate table "2" of series ""
    Then the answer has status 404

  @DM-RATE-019
  Scenario: A deletion names a version
    When the producer deletes the rate tables without naming a version
    Then the answer has status 400

  @DM-RATE-020
  Scenario: A deleted version can be created again
    Given a rate table "2" of series "CAD", effective in 10 days, with:
      | item   | version | rate |
      | Render | 2.0     | 6    |
    When the producer deletes the rate table "2" of series "CAD"
    And the producer creates the rate table:
      """
      {"series": "CAD", "version": "2", "effectiveFrom": $IN_DAYS(1), "items": [{"name": "Render", "rate": 9}]}
      """
    Then the answer has status 201

  @DM-RATE-021
  Scenario: A table needs a version
    When the producer creates the rate table:
      """
      {"series": "CAD", "effectiveFrom": $DAYS_AGO(1), "items": [{"name": "Render", "rate": 9}]}
      """
    Then the answer has status 400

  @DM-RATE-022
  Scenario Outline: A table with <fault> is refused
    When the producer creates the rate table:
      """
      <table>
      """
    Then the answer has status 400

    Examples:
      | fault               | table                                                                                           |
      | an item with a blank name | {"version": "1", "effectiveFrom": 1, "items": [{"name": "", "rate": 9}]}                  |
      | an item without a name    | {"version": "1", "effectiveFrom": 1, "items": [{"rate": 9}]}                              |
      | a rate in words           | {"version": "1", "effectiveFrom": 1, "items": [{"name": "Render", "rate": "nine"}]}       |

  @DM-RATE-026
  Scenario: In v1.0 an item has a rate
    When the producer creates the rate table:
      """
      {"version": "1", "effectiveFrom": 1, "items": [{"name": "Render", "formula": "2*3"}]}
      """
    Then the answer has status 400

  @DM-RATE-023 @DM-RATE-A01
  Scenario: A rate may be a fraction
    Given a rate table of series "CAD" with:
      | item   | version | rate |
      | Render | 2.0     | 4.25 |
    And a line item "GLX-0001" of 100 tokens
    When LisaBarry requests 2 of "Render" "2.0"
    Then the request is granted (DM-RATE-A01)
    And 8.5 tokens are charged (DM-RATE-023)

  @DM-RATE-024
  Scenario: One item twice in a table
    When the producer creates the rate table:
      """
      {"series": "CAD", "version": "1", "effectiveFrom": $DAYS_AGO(1),
       "items": [{"name": "Render", "version": "2.0", "rate": 4}, {"name": "Render", "version": "2.0", "rate": 5}]}
      """
    Then the answer follows the reading "table.duplicate_item.http"

  @DM-GEN-010
  Scenario: A body that is no JSON is refused
    When the producer creates the rate table:
      """
      {"series": "CAD", "version": "1", "items": [}
      """
    Then the answer has status 400

  @DM-RATE-011 @site
  Scenario: A listed table is the draft of the next version
    Given a rate table of series "CAD" with:
      | item   | version | rate |
      | Render | 2.0     | 4.5  |
      | Mesh   |         | 2    |
    When the producer lists the rate tables
    And the producer creates the first listed rate table again as version "2"
    Then the answer has status 201

  @DM-RATE-004 @DM-RATE-002 @site
  Scenario: No series and an empty series are the same
    Given a rate table of series "" with:
      | item   | version | rate |
      | Render | 2.0     | 4.5  |
    When the producer creates the rate table:
      """
      {"version": "1", "effectiveFrom": $DAYS_AGO(1), "items": [{"name": "Render", "rate": 9}]}
      """
    Then the answer has status 409
