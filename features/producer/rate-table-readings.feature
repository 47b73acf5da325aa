@producer
Feature: What the documents leave open about rate tables
  Where the documents allow more than one behaviour, a target may choose. Each scenario finds out which choice it
  made, so that producers know, and checks what has to hold under every choice.

  @DM-RATE-009 @site
  Scenario: How a table without series shows its series
    Given a rate table of series "" with:
      | item   | version | rate |
      | Render | 2.0     | 4.5  |
    When the producer lists the rate tables
    Then the series of a table without series is read

  @DM-RATE-012
  Scenario: A time of creation that the producer sends
    When the producer creates the rate table:
      """
      {"series": "CAD", "version": "1", "effectiveFrom": $DAYS_AGO(1), "created": 1000,
       "items": [{"name": "Render", "rate": 9}]}
      """
    Then acceptance follows the reading "table.created_in_body"

  @DM-RATE-013 @site
  Scenario: The order of the list
    Given a rate table "2" of series "CAD", effective 5 days ago, with:
      | item   | version | rate |
      | Render | 2.0     | 5    |
    And a rate table "1" of series "CAD", effective 10 days ago, with:
      | item   | version | rate |
      | Render | 2.0     | 4    |
    And a rate table "3" of series "CAD", effective in 10 days, with:
      | item   | version | rate |
      | Render | 2.0     | 6    |
    When the producer lists the rate tables
    Then the order of the listed rate tables is read

  @DM-RATE-022
  Scenario Outline: A table without <member>
    When the producer creates the rate table:
      """
      <table>
      """
    Then the answer follows the reading "table.incomplete.http"

    Examples:
      | member            | table                                                                                |
      | an effective time | {"series": "CAD", "version": "1", "items": [{"name": "Render", "rate": 9}]}          |
      | items             | {"series": "CAD", "version": "1", "effectiveFrom": $DAYS_AGO(1)}                     |

  @DM-RATE-025
  Scenario: A field that no document names
    When the producer creates the rate table:
      """
      {"series": "CAD", "version": "1", "effectiveFrom": $DAYS_AGO(1), "colour": "red",
       "items": [{"name": "Render", "rate": 9}]}
      """
    Then the answer follows the reading "table.extra_field.http"

  @DM-RATE-A07
  Scenario Outline: An item is asked for in other letters
    Given a rate table of series "CAD" with:
      | item   | version | rate |
      | Render | a       | 4    |
    And a line item "GLX-0001" of 100 tokens
    When LisaBarry requests 1 of "<item>" "<version>"
    Then the grant follows the reading "table.item_case"

    Examples:
      | item   | version |
      | RENDER | a       |
      | Render | A       |

  @DM-RATE-034
  Scenario: A line item names a series that does not exist
    When the producer maps the line item:
      """
      {"activationId": "GLX-0001", "state": "DEPLOYED", "quantity": 10, "start": $DAYS_AGO(30), "end": $IN_DAYS(365),
       "attributes": {"elastic": true, "rateTableSeries": "Nowhere"}}
      """
    Then acceptance follows the reading "lineitem.unknown_series"
    When LisaBarry requests 1 of "Render" "2.0"
    Then the request is refused

  @DM-RATE-A11 @site
  Scenario: A line item names no series
    Given a rate table of series "" with:
      | item   | version | rate |
      | Render | 2.0     | 4    |
    When the producer maps the line item:
      """
      {"activationId": "GLX-0001", "state": "DEPLOYED", "quantity": 10, "start": $DAYS_AGO(30), "end": $IN_DAYS(365),
       "attributes": {"elastic": true}}
      """
    And LisaBarry requests 1 of "Render" "2.0"
    Then the grant follows the reading "lineitem.series_absent"

  @DM-RATE-027 @site
  Scenario: How v1.0 lists an item with a formula
    Given the API is spoken in version v1.1
    And the producer creates the rate table:
      """
      {"series": "CAD", "version": "1", "effectiveFrom": $DAYS_AGO(30), "items": [{"name": "A", "formula": "2*3"}]}
      """
    And the API is spoken in version v1.0
    When the producer lists the rate tables
    Then the listed formula of v1.0 is read
