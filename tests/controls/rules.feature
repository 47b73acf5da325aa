@DM-GEN-001
Feature: Wrong expectations of rules of access
  Each last line says what is not so, and has to fail.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item  | version | rate |
      | Token | 1.0     | 1    |
    And a line item "abc123" of 200 tokens
    And the administrator makes the conditions:
      | name        | key        | operator | values      |
      | Engineering | department | IN       | Engineering |
    And "abc123" has the actions:
      | condition   | action | allocation |
      | Engineering | ALLOW  | 150        |
      |             | DENY   |            |

  Scenario: Requests end otherwise
    Then requests of "Token" "1.0" to "abc123" end so, one after the other:
      | department  | count | result  | used         |
      | Engineering | 150   | refused | 150 and none |

  Scenario: Session requests end otherwise
    Then requests of "Token" "1.0" to "abc123" end so, each in a session of its own:
      | department  | count | result  | used         |
      | Engineering | 150   | refused | 150 and none |

  Scenario: The list of all actions has another length
    When the administrator lists all actions
    Then the list of all actions has 3 actions of "abc123"

  Scenario: The actions are others
    Then the actions of "abc123" are:
      | condition   | action | allocation |
      | Engineering | ALLOW  | 151        |
      |             | DENY   |            |

  Scenario: The actions have used another amount
    Then the actions of "abc123" have used 1 and none

  Scenario: Actions are called absent
    Then "abc123" has no actions

  Scenario: No actions have no IDs
    Given a line item "bare" of 100 tokens
    Then every action of "bare" has an ID of its own

  Scenario: The conditions are others
    Then the instance has the conditions "Sales"

  Scenario: Conditions are called absent
    Then the instance has no conditions

  Scenario: Conditions of an answer without any have no IDs
    When the administrator deletes all conditions
    Then every condition has a UUID of its own
