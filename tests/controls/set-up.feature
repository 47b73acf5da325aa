@DM-GEN-001
Feature: Things that cannot be made
  Each last line says what is not so, and has to fail.

  Scenario: A rate below 0
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | -3   |

  Scenario: A line item of no tokens
    Given a line item "ACT01" of 0 tokens

  Scenario: A state that no line item has
    Given line items:
      | line item | tokens | state  |
      | ACT01     | 100    | ASLEEP |

  Scenario: An action to keep that is not there
    Given a line item "bare" of 100 tokens
    And the administrator makes the conditions:
      | name        | key        | operator | values      |
      | Engineering | department | IN       | Engineering |
    When the administrator replaces the actions of "bare" by:
      | keeps       | condition   | action | allocation |
      | Engineering | Engineering | ALLOW  | 10         |

  Scenario: An instance without an account
    Given an instance of account " "

  Scenario: Items that nobody priced
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a line item "ACT01" of 100 tokens
    And a session
    And LisaBarry uses in the session:
      | item       | version | count |
      | PhotoAlbum | 1.0     | 1     |

  Scenario: A condition with an unknown operator
    Given the administrator makes the conditions:
      | name        | key        | operator | values      |
      | Engineering | department | LIKE     | Engineering |

  Scenario: Actions with two defaults
    Given a line item "ACT01" of 100 tokens
    And "ACT01" has the actions:
      | condition | action | allocation |
      |           | ALLOW  | 10         |
      |           | DENY   |            |
