@producer
Feature: What a saved rate table promises
  Customers plan with published prices. A table that is saved keeps its prices, applies from its own time on without
  any further call, and is listed whole.

  Background:
    Given a rate table of series "CAD" with:
      | item   | version | rate |
      | Render | 2.0     | 4.5  |

  @DM-RATE-006
  Scenario Outline: A saved table cannot be given other prices by <method>
    Given a line item "GLX-0001" of 100 tokens
    When the producer tries to change the rate table by <method>:
      """
      {"series": "CAD", "version": "1", "effectiveFrom": $DAYS_AGO(30),
       "items": [{"name": "Render", "version": "2.0", "rate": 9}]}
      """
    And LisaBarry requests 2 of "Render" "2.0"
    Then 9 tokens are charged

    Examples:
      | method |
      | POST   |
      | PUT    |
      | PATCH  |

  @DM-RATE-014 @site
  Scenario Outline: The list holds every table, whatever the parameters
    Given a rate table "2" of series "Print", effective in 10 days, with:
      | item  | version | rate |
      | Photo | 1.0     | 3    |
    When the producer lists the rate tables with "<parameters>"
    Then the parameters hide none of the 2 rate tables

    Examples:
      | parameters     |
      | series=Print   |
      | size=1&next=0  |

  @DM-RATE-005
  Scenario: A table that is dated back applies at once
    Given a rate table "2" of series "CAD", effective 1 day ago, with:
      | item   | version | rate |
      | Render | 2.0     | 6    |
    And a line item "GLX-0001" of 100 tokens
    When LisaBarry requests 2 of "Render" "2.0"
    Then 12 tokens are charged

  @DM-RATE-033 @clock
  Scenario: A table that is dated ahead applies by the passing of time alone
    Given a rate table "2" of series "CAD", effective in 10 minutes, with:
      | item   | version | rate |
      | Render | 2.0     | 6    |
    And a line item "GLX-0001" of 100 tokens
    When 11 minutes pass
    And LisaBarry requests 2 of "Render" "2.0"
    Then 12 tokens are charged

  @DM-RATE-015 @site
  Scenario: A deletion without series leaves the tables of every series
    Given a rate table "2" of series "CAD", effective in 10 days, with:
      | item   | version | rate |
      | Render | 2.0     | 6    |
    When the producer deletes the rate table "2" of series ""
    Then the answer has status 404
    When the producer lists the rate tables
    Then the answer holds a list of 2

  @DM-RATE-021
  Scenario: A version is not blank
    When the producer creates the rate table:
      """
      {"series": "CAD", "version": "", "effectiveFrom": $DAYS_AGO(1), "items": [{"name": "Render", "rate": 9}]}
      """
    Then the answer has status 400

  @DM-RATE-023
  Scenario: A rate is not negative
    When the producer creates the rate table:
      """
      {"series": "CAD", "version": "5", "effectiveFrom": $DAYS_AGO(1), "items": [{"name": "Render", "rate": -1}]}
      """
    Then the answer has status 400
