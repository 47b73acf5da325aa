@producer
Feature: Instances
  An instance holds the tokens of one customer account. The producer creates it, finds it again by its account,
  and tells the customer its ID.

  @DM-INST-001
  Scenario: A new instance shows its six fields
    When the producer creates the instance:
      """
      {"shortName": "globex-main", "accountId": "GLOBEX"}
      """
    Then the answer follows the reading "instance.created.http"
    And the answer holds:
      | path            | value       |
      | id              | *           |
      | shortName       | globex-main |
      | accountId       | GLOBEX      |
      | defaultInstance | true        |
      | created         | *           |
      | modified        | *           |

  @DM-INST-008 @DM-INST-001
  Scenario: The account need not be known before
    When the producer creates the instance:
      """
      {"shortName": "first", "accountId": "NEVER-SEEN"}
      """
    Then the answer follows the reading "instance.created.http"

  @DM-INST-009 @DM-GEN-007
  Scenario: A new instance shows when it was made
    When the producer creates the instance:
      """
      {"shortName": "globex-main", "accountId": "GLOBEX"}
      """
    Then the instance was made just now, in milliseconds

  @DM-INST-002
  Scenario: Every instance has an ID of its own
    Given an instance of account "GLOBEX"
    When the producer creates the instance:
      """
      {"shortName": "globex-second", "accountId": "GLOBEX"}
      """
    Then its ID is a UUID that no other instance has

  @DM-INST-021
  Scenario: A name makes no default instance
    Given an instance of account "GLOBEX"
    When the producer creates the instance:
      """
      {"shortName": "GLOBEX-def-inst", "accountId": "GLOBEX"}
      """
    Then the answer holds:
      | path            | value |
      | defaultInstance | false |

  @DM-INST-003 @DM-INST-004
  Scenario: Only the first instance of an account is its default
    Given an instance of account "GLOBEX"
    When the producer creates the instance:
      """
      {"shortName": "globex-second", "accountId": "GLOBEX"}
      """
    Then the answer holds:
      | path            | value |
      | defaultInstance | false |

  @DM-INST-005
  Scenario Outline: An instance without <field> is refused
    When the producer creates the instance:
      """
      <body>
      """
    Then the answer has status 400

    Examples:
      | field        | body                                     |
      | a short name | {"accountId": "GLOBEX"}                  |
      | an account   | {"shortName": "x"}                       |
      | any name     | {"shortName": " ", "accountId": "GLOBEX"} |
      | a text       | {"shortName": 7, "accountId": "GLOBEX"}   |

  @task-2 @DM-INST-010 @site
  Scenario: The list holds every instance
    Given an instance of account "GLOBEX"
    And another instance of account "ACME"
    When the producer lists the instances
    Then the answer has status 200
    And the list holds our instances and no others

  @DM-INST-011
  Scenario: A list says where it goes on
    Given an instance of account "GLOBEX"
    When the producer lists the instances
    Then the form of the next page is read

  @DM-INST-012 @DM-INST-013 @site
  Scenario: Following the pages shows every instance once
    Given an instance of account "A"
    And another instance of account "B"
    And another instance of account "C"
    When the producer lists the instances with "size=1"
    Then the answer has status 200 (DM-INST-013)
    When the producer follows all pages of 2 instances
    Then the answer holds a list of 3

  @DM-INST-014 @DM-INST-010 @site
  Scenario: A large page is accepted
    Given an instance of account "GLOBEX"
    When the producer lists the instances with "size=500"
    Then the answer has status 200 (DM-INST-014)
    And the answer holds (DM-INST-010):
      | path                | value  |
      | content/0/accountId | GLOBEX |

  @DM-INST-017 @DM-INST-003
  Scenario: The default instance of an account is found
    Given an instance of account "GLOBEX"
    And another instance of account "GLOBEX"
    When the producer lists the instances with "accountId=GLOBEX&default=true"
    Then the answer holds:
      | path                      | value  |
      | content/0/accountId       | GLOBEX |
      | content/0/defaultInstance | true   |
      | content/1                 | absent |

  @DM-GEN-005 @DM-INST-017
  Scenario: Capitals in a truth value do not matter
    Given an instance of account "GLOBEX"
    When the producer lists the instances with "accountId=GLOBEX&default=True"
    Then the answer holds:
      | path                      | value  |
      | content/0/accountId       | GLOBEX |

  @DM-INST-018
  Scenario Outline: <what> is half a question
    Given an instance of account "GLOBEX"
    When the producer lists the instances with "<query>"
    Then the answer has status 400

    Examples:
      | what                         | query                          |
      | A default without an account | default=true                   |
      | An account that is no default | accountId=GLOBEX&default=false |

  @DM-INST-018
  Scenario: An account alone is refused or filters the list
    Given an instance of account "ACME"
    And another instance of account "ACME"
    When the producer lists the instances with "accountId=ACME"
    Then a list of the account alone follows the reading

  @DM-INST-017
  Scenario: An unknown account has no default instance
    When the producer lists the instances with "accountId=NOBODY&default=true"
    Then the answer has status 200
    And the answer holds:
      | path      | value  |
      | content   | []     |

  @DM-INST-020
  Scenario: An instance is read as it was made
    When the producer creates the instance:
      """
      {"shortName": "globex-main", "accountId": "GLOBEX"}
      """
    And the producer reads the instance
    Then the answer has status 200
    And the instance is shown as it was made

  @DM-ACC-022 @DM-INST-020
  Scenario: An unknown instance
    When the producer reads instance "11111111-2222-4333-8444-555555555555"
    Then the answer follows the reading "instance.unknown.http"

  @DM-GEN-011
  Scenario: An ID that is no instance ID
    When the producer reads instance "not-a-uuid"
    Then the answer follows the reading "instance.malformed.http"
